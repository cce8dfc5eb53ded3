/** The text of docs/reasons.md, made of the table of reasons. */
import {
  ALLOW_REASONS,
  DENY_REASONS,
  DENY_ROWS,
  type AllowReason,
  type DenyReason,
} from '../../src/decision/reasons.ts'
import { FAULT_STATUS } from '../../src/gateway/exchange/exchange-end.ts'
import type { GatewayFault } from '../../src/gateway/gateway-event.ts'

const ALLOWED: Readonly<Record<AllowReason, string>> = {
  ok: 'The token was accepted and fits the policy; or every other judge of the route allowed the request.',
  public: 'The route is public: no token was asked for or looked at, and every identity header is blank.',
  anonymous:
    'The request has no token, and the route allows that (`allow_anonymous`): every identity header is blank.',
  observe_only: 'The request would have been denied, but the policy only observes.',
}

const FAULTS: Readonly<Record<GatewayFault, string>> = {
  bad_request: 'the request is invalid, or can be read in more than one way',
  body_too_large: 'the body is larger than `max_body`',
  rate_limited:
    'the client has sent more requests than a `rate_limit` lets through; `Retry-After` gives the time to wait',
  origin_not_allowed: 'a page of an origin that `cors` does not list asked for a preflight or a WebSocket',
  request_timeout: 'the client stopped sending its head or body, or sent it too slowly',
  client_closed:
    'the client left before its answer was whole; with the detail `closed to free memory`, the gateway closed its connection because all of them together held more than `max_held_bytes`',
  no_server: 'no server of the upstream may be asked at the moment',
  connect_failed: 'no server could be reached',
  response_timeout: 'the server took too long for the first byte of its answer',
  idle_timeout: 'the server stopped sending, or the client stopped reading',
  total_timeout: 'the whole exchange took too long',
  upstream_closed: 'the server closed the connection before its answer was whole',
  upstream_invalid: 'the answer of the server is not valid HTTP',
}

const AT_FAULT = `## Faults

These are not decisions: the gateway itself gave up on a request. The code is in the same places, in \`X-Decision-Reason\`
and in the body; in the log it is the \`fault\`. [gateway.md](gateway.md#what-the-client-receives) has every case.
`

const PROXY_ERROR = `### \`proxy_error\`

Status 503, written by the nginx text.

- **What it means:** nginx could not ask Warder, or failed after an allow; only then there is an \`X-Decision-Id\`.
- **What to do:** look into the error log of nginx; see [nginx.md](nginx.md#was-it-us).
`

const INTRODUCTION = `# Reasons

Every decision has one reason. It is the \`reason\` of the log line, and for a denial the header
\`X-Decision-Reason\`. A code never changes its meaning.

What the client is told is coarser than the reason: the status, and the \`error\` of the challenge
(\`WWW-Authenticate\`, RFC 6750 §3.1). \`warder explain\` shows how a reason came about.

Five codes are reserved, and given by nothing yet: \`observe_only\`, \`token_revoked\`, \`expression_false\`,
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
    const answer =
      status === 0 ? 'No answer: nobody is left to read it' : `Status ${STATUSES[fault] ?? status}`
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
