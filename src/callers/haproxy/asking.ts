/** What depends on how HAProxy asks: with the Lua action, or by SPOE. */
import { problemText, STATUS_TITLES } from '../../decision/problem.ts'
import { identityVariable } from '../spoe/ack-actions.ts'
import { JUDGE_MESSAGE } from '../spoe/spoe-dialect.ts'
import { MAX_CLIENT_FIELDS } from './lua-action.ts'
import type { HaproxySite } from './site.ts'
import { ENGINE } from './spoe-engine.ts'

/** The parts of haproxy.cfg that differ. */
interface Asking {
  /** The rule that asks, as the comments name it. */
  readonly rule: string
  readonly beforeRules: readonly string[]
  /** A rule against more header fields than a question may have, with its end; empty if there is no need. */
  readonly fieldLimit: string
  /** The rule that asks, and those that deny. */
  readonly decision: string
  /** The variable with the value of a header that only Warder writes. */
  readonly variableOf: (headerName: string) => string
}

export const askingOf = ({ asking: { by, file } }: Pick<HaproxySite, 'asking'>): Asking =>
  by === 'lua' ? BY_LUA : bySpoe(file)

const PROBLEM = problemText({
  status: 503,
  title: STATUS_TITLES[503],
  code: 'proxy_error',
  decisionId: '',
}).trimEnd()

/** The last rule, which needs nothing of Warder. */
const unlessAllowed = (variable: string): string =>
  `http-request return status 503 content-type application/problem+json string '${PROBLEM}' hdr Cache-Control no-store hdr X-Decision-Reason proxy_error unless { var(${variable}) -m bool }`

const BY_LUA: Asking = {
  rule: 'http-request lua.warder',
  beforeRules: [],
  fieldLimit: `\
    # With more than 100 fields, the decision request makes HAProxy 2.6 crash, and later versions send none of them.
    http-request return status 431 if { req.fhdr_cnt gt ${MAX_CLIENT_FIELDS} }
`,
  decision: `\
    # A denial ends here: the client gets Warder's status, header fields and body. To use a policy instead of the routes,
    # write /v1/auth/forward/POLICY.
    http-request lua.warder warder /v1/auth/forward
    # Without an allow, nothing passes: Warder could not be reached, or the action failed.
    ${unlessAllowed('txn.warder_allowed')}`,
  variableOf: (name) => `txn.warder_answer.${name.toLowerCase().replaceAll('-', '_')}`,
}

/** Variables of the engine. */
const variable = (name: string): string => `txn.${ENGINE}.${name}`

/** The body is written here: a variable with quotes and braces would be escaped. */
function denial(status: 401 | 403 | 503): string {
  const [code, decisionId] = ['reason', 'id'].map((name) => `%[var(${variable(name)})]`) as [string, string]
  const problem = problemText({ status, title: STATUS_TITLES[status], code, decisionId }).trimEnd()
  return `    http-request return status ${status} content-type application/problem+json lf-string '${problem}' hdr Cache-Control no-store hdr X-Decision-Id ${decisionId} hdr X-Decision-Reason ${code} if { var(${variable('status')}) -m int eq ${status} }`
}

const optionalField = (field: string, name: string): string =>
  `    http-after-response set-header ${field} %[var(${variable(name)})] if { var(${variable(name)}) -m found }`

const bySpoe = (file: string): Asking => ({
  rule: `http-request send-spoe-group ${ENGINE}`,
  beforeRules: [
    `\
    # \`warder snippet haproxy --ask spoe --print spoe\` prints this file.
    filter spoe engine ${ENGINE} config ${file}`,
  ],
  fieldLimit: '',
  decision: `\
    # Of an earlier decision on the same request nothing is left.
    http-request unset-var(${variable('allowed')})
    http-request unset-var(${variable('status')})
    http-request send-spoe-group ${ENGINE} ${JUDGE_MESSAGE}
    # A denial ends here: the client gets Warder's status, header fields and body.
${([401, 403, 503] as const).map(denial).join('\n')}
    # Only a denial has these.
${optionalField('WWW-Authenticate', 'challenge')}
${optionalField('Retry-After', 'retry_after')}
    # Without an allow, nothing passes: Warder could not be reached, or its answer was not understood.
    ${unlessAllowed(variable('allowed'))}`,
  variableOf: (name) => variable(name === 'X-Decision-Id' ? 'id' : identityVariable(name.toLowerCase())),
})
