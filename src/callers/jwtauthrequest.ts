/**
 * The contract of jwtauthrequest: Warder judges the request that arrived, with the token in its header or query, and
 * answers 200 or 403, without a challenge or a body.
 */
import type { DenialFor } from '../decision/denial.ts'
import { err, ok } from '../result.ts'
import { plainDenyLines, type Caller } from './caller.ts'
import { nginxDialect } from './nginx/dialect.ts'

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD'])
const WRONG_METHOD = err<DenialFor<'origin_missing'>>({
  reason: 'origin_missing',
  field: 'the method',
  fault: 'invalid',
  expected: 'GET or HEAD',
  remedy: 'in nginx: proxy_method GET;',
})

export const jwtauthrequest: Caller = {
  name: 'jwtauthrequest',
  // Made for nginx, whose auth_request asks here too.
  noBodyHint: nginxDialect.noBodyHint,
  parse({ method, query = '', headers }) {
    if (!METHODS.has(method)) return WRONG_METHOD
    return ok({ method, scheme: 'http', host: '', path: '/', query, headers })
  },
  // The texts of nginx that this contract was made for set no field of their own, and pass on those of the client.
  clientOf: () => undefined,
  render(decision) {
    if (decision.outcome === 'allow')
      return { status: 200, lines: `x-decision-id: ${decision.id}\r\n`, body: '' }
    return { status: 403, lines: plainDenyLines(decision), body: '' }
  },
}
