/** The token alone is judged: for curl, scripts and other programs. No original request is read. */
import { DENY_ROWS } from '../decision/reasons.ts'
import { ok } from '../result.ts'
import { denyHeaders, renderAllow } from './answer.ts'
import type { Caller } from './caller.ts'

export const token: Caller = {
  name: 'token',
  parse: ({ headers }) => ok({ method: 'GET', scheme: 'https', host: '', path: '/', query: '', headers }),
  render(decision, identityNames) {
    if (decision.outcome === 'allow') return renderAllow(decision, identityNames)
    const { status, reason, id } = decision
    // RFC 9457. The reason is told here: who calls this endpoint stands behind the proxy.
    const problem = {
      type: `urn:warder:reason:${reason}`,
      title: DENY_ROWS[reason].message,
      status,
      code: reason,
      decision_id: id,
    }
    const headers = { ...denyHeaders(decision), 'content-type': 'application/problem+json' }
    return { status, headers, body: `${JSON.stringify(problem)}\n` }
  },
}
