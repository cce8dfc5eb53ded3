/** The text of docs/reasons.md, made of the table of reasons. */
import {
  ALLOW_REASONS,
  DENY_REASONS,
  DENY_ROWS,
  type AllowReason,
  type DenyReason,
} from '../../src/decision/reasons.ts'

const ALLOWED: Readonly<Record<AllowReason, string>> = {
  ok: 'The token was accepted and fits the policy; or every other judge of the route allowed the request.',
  public: 'The route is public: no token was asked for or looked at, and every identity header is blank.',
  observe_only: 'The request would have been denied, but the policy only observes.',
}

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
  return [INTRODUCTION, '## Allowed\n', ...allowed, ...denied.flat()].join('\n')
}

function section(reason: DenyReason): string {
  const { status, error, message, hint } = DENY_ROWS[reason]
  const basic = reason.startsWith('credentials_') ? '`Basic`' : 'without error code'
  const challenge = error === undefined ? (status === 401 ? basic : 'none') : `\`${error}\``
  return `### \`${reason}\`\n\nStatus ${status}, challenge ${challenge}.\n\n- **What it means:** ${message}.\n- **What to do:** ${hint}.\n`
}
