/** The text of docs/reasons.md, made of the table of reasons. */
import {
  ALLOW_REASONS,
  DENY_REASONS,
  DENY_ROWS,
  type AllowReason,
  type DenyReason,
} from '../../src/decision/reasons.ts'
import { FAULT_STATUS, type GatewayFault } from '../../src/gateway/gateway-event.ts'

const ALLOWED: Readonly<Record<AllowReason, string>> = {
  ok: 'The token was accepted and meets the policy; or every other judge of the route allowed the request.',
  public: 'The route is public: no token was required or read, and every identity header is blank.',
  anonymous:
    'The request has no token, and the route allows that (`allow_anonymous`): every identity header is blank.',
  preflight:
    'A CORS preflight for a request of a route with `preflight: allow`: no token was read, and every identity header is blank.',
  observe_only: 'The request would have been denied, but the policy only observes.',
}

const FAULTS: Readonly<Record<GatewayFault, string>> = {
  bad_request: 'the request is invalid, or can be read in more than one way',
  body_too_large: 'the body is larger than `max_body`',
  rate_limited:
    'the client sent more requests than a `rate_limit` allows; `Retry-After` gives the time to wait',
  origin_not_allowed: 'a page of an origin that `cors` does not list sent a preflight or opened a WebSocket',
  request_timeout: 'the client stopped sending its head or body, or sent it too slowly',
  client_closed:
    'the client left before its answer was complete; with the detail `closed to free memory`, the gateway closed the connection because all connections together held more than `max_held_bytes`',
  no_server: 'no server of the upstream may be asked at the moment',
  connect_failed: 'no server could be reached',
  response_timeout: 'the first byte of the server’s answer came too late',
  idle_timeout: 'the server stopped sending, or the client stopped reading',
  total_timeout: 'the whole exchange took too long',
  upstream_closed: 'the server closed the connection before its answer was complete',
  upstream_invalid: 'the server’s answer is not valid HTTP',
}

const AT_FAULT = `## Faults

These are not decisions: the gateway itself gave up on a request. The code is in the same places, \`X-Decision-Reason\`
and the body; in the log it is the \`fault\`. [gateway.md](gateway.md#what-the-client-receives) has every case.
`

const PROXY_ERROR = `### \`proxy_error\`

Status 503, written by the nginx text.

- **What it means:** nginx could not ask Warder, or failed after an allow. Only the second case has an \`X-Decision-Id\`.
- **What to do:** check the error log of nginx; see [nginx.md](nginx.md#was-it-us).
`

const INTRODUCTION = `# Reasons

Every decision has one reason. It is the \`reason\` of the log line, and for a denial the header
\`X-Decision-Reason\`. A code never changes its meaning.

The answer to the client is coarser than the reason: the status, and the \`error\` of the challenge
(\`WWW-Authenticate\`, RFC 6750 §3.1). \`warder explain\` shows the steps that led to a reason:
of a decision that a running Warder has made, by its id, which is the \`X-Decision-Id\` of the answer
(\`warder explain 01KF6D3V5T5N7Q3J8Y3M0W2Z4C\`), or of any request with its token.

The [log](log.md) line of a denial has the \`reason\` with its \`detail\`, the \`id\` and \`status\` of the answer, the dialect of the
caller (\`via\`), the names of \`route\`, \`policy\` and \`issuer\`, the \`method\`, \`host\` and \`path\` of the request without
its query, the \`client\` address if it is known, the milliseconds to the decision (\`ms\`), and
\`cached\` if the token was remembered. What was compared has [fields of its own](log.md#denials): the \`kid\`, the
\`claim\`, what was \`expected\` of it, and what was \`found\`.

Five codes are reserved and not used yet: \`observe_only\`, \`token_revoked\`, \`expression_false\`,
\`ip_not_allowed\` and \`introspection_unavailable\`.
`

/** The whole page. */
export function reasonsPage(): string {
  const denied = [401, 403, 502, 503].map((status) => [
    `## Denied with ${status}\n`,
    ...DENY_REASONS.filter((reason) => DENY_ROWS[reason].status === status).map(section),
  ])
  const allowed = ALLOW_REASONS.map((reason) => `### \`${reason}\`\n\n${ALLOWED[reason]}\n`)
  const faults = Object.entries(FAULTS).map(([fault, meaning]) => {
    const status = FAULT_STATUS[fault as GatewayFault]
    const answer = status === 0 ? 'No answer: the client is gone' : `Status ${STATUSES[fault] ?? status}`
    return `### \`${fault}\`\n\n${answer}.\n\n- **What it means:** ${meaning}.\n`
  })
  return [INTRODUCTION, '## Allowed\n', ...allowed, ...denied.flat(), AT_FAULT, ...faults, PROXY_ERROR].join(
    '\n',
  )
}

/** Faults with several. */
const STATUSES: Readonly<Record<string, string>> = { bad_request: '400, 405, 408, 413, 417, 431, 501 or 505' }

function section(reason: DenyReason): string {
  const { status, error, message, hint } = DENY_ROWS[reason]
  const basic = reason.startsWith('credentials_') ? '`Basic`' : 'without error code'
  const challenge = error === undefined ? (status === 401 ? basic : 'none') : `\`${error}\``
  return `### \`${reason}\`\n\nStatus ${status}, challenge ${challenge}.\n\n- **What it means:** ${message}.\n- **What to do:** ${hint}.\n`
}
