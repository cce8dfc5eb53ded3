/** What the schema cannot say about the judges of a route: exactly one way to answer, and no header set by two. */
import { checkBasicAuth } from '../basic-auth/check.ts'
import { checkForwardAuth } from '../forward-auth/check.ts'
import { toPointer } from '../../json-pointer.ts'
import { quoted } from '../../printable.ts'
import type { ConfigParts } from '../read/read-config.ts'
import { notOne, problemAt, problemAtKey, type Located, type LocatedProblem } from '../problem.ts'
import { judgesIn } from './judges.ts'
import type { JudgeConfig, RouteConfig } from './definition.ts'
import type { PolicyConfig } from '../policy/definition.ts'

const ANSWERS = ['access', 'policy', 'forward_auth', 'basic_auth', 'all_of'] as const
const JUDGES = ['policy', 'forward_auth', 'basic_auth'] as const

/** Undefined where there is exactly one. */
export function checkOneAnswer({ pointer, value }: Located<RouteConfig>): LocatedProblem | undefined {
  const written = ANSWERS.filter((key) => value[key] !== undefined)
  if (written.length === 1) return undefined
  const hints = [
    'write one of `policy: NAME`, `forward_auth`, `basic_auth`, `all_of`, `access: public` or `access: deny`',
  ]
  const isOptional = value.policy !== undefined && value.access === 'public'
  const optional = 'to allow requests without a token as well: `policy: NAME` with `allow_anonymous: true`'
  return notOne(pointer, written, 'nothing judges this route', ...(isOptional ? [optional, ...hints] : hints))
}

/** Only a policy tells a request without a token from one with a token that is not valid. */
export function checkAnonymous({ pointer, value }: Located<RouteConfig>): readonly LocatedProblem[] {
  if (value.allow_anonymous === undefined || value.policy !== undefined) return []
  const message = '`allow_anonymous` needs a route with `policy: NAME`'
  const hint = 'remove it: `access: public` reads no token, and other judges use none'
  return [problemAtKey(`${pointer}/allow_anonymous`, 'ERR_CONFIG_USELESS_KEY', message, hint)]
}

/** Each judge of a route on its own. */
export const checkJudges = (route: Located<RouteConfig>): readonly LocatedProblem[] =>
  judgesIn(route).flatMap((judge) => checkJudge(judge, route.value.all_of !== undefined))

function checkJudge(
  { pointer, value }: Located<JudgeConfig>,
  isOfSeveral: boolean,
): readonly LocatedProblem[] {
  const written = JUDGES.filter((key) => value[key] !== undefined)
  if (isOfSeveral && written.length !== 1) {
    const hint = 'write one of `policy: NAME`, `forward_auth` or `basic_auth`'
    return [notOne(pointer, written, 'this judge is empty', hint)]
  }
  return [
    ...(value.forward_auth === undefined
      ? []
      : checkForwardAuth({ pointer: `${pointer}/forward_auth`, value: value.forward_auth })),
    ...(value.basic_auth === undefined
      ? []
      : checkBasicAuth({ pointer: `${pointer}/basic_auth`, value: value.basic_auth })),
  ]
}

/** Both would want the one `Authorization` header of a request, and two of them are a denial: nobody could pass. */
export function checkOneHeader({ routes, policies, whole }: ConfigParts): readonly LocatedProblem[] {
  if (whole === undefined) return []
  const byName = new Map(policies.map(({ name, value }) => [name, value]))
  const usual = whole.token_sources ?? AUTHORIZATION
  return routes.flatMap((route) => {
    const judges = judgesIn(route)
    const policy = judges.find(({ value }) => {
      const sources = value.policy === undefined ? [] : (byName.get(value.policy)?.token_sources ?? usual)
      return sources.length > 0 && sources.every(({ header }) => header?.toLowerCase() === 'authorization')
    })?.value.policy
    const basic = judges.find(({ value }) => value.basic_auth !== undefined)
    if (policy === undefined || basic === undefined) return []
    const message = `\`basic_auth\` and the policy ${quoted(policy)} both read the Authorization header`
    const hint = 'give the policy `token_sources` with a cookie or another header'
    return [problemAtKey(`${basic.pointer}/basic_auth`, 'ERR_CONFIG_EXACTLY_ONE', message, hint)]
  })
}

const AUTHORIZATION = [{ header: 'Authorization' }]

/** Something that a judge tells the application, and where that is written. */
interface Told {
  readonly pointer: string
  readonly kind: 'header' | 'query parameter'
  readonly name: string
}

/** Which of two judges is believed would be chance, and no judge may undo what another says. */
export function checkToldTwice({ routes, policies }: ConfigParts): readonly LocatedProblem[] {
  const byName = new Map(policies.map(({ name, value }) => [name, value]))
  return routes.flatMap((route) => {
    if (route.value.all_of === undefined) return []
    const seen = new Map<string, number>()
    return judgesIn(route).flatMap((judge, i) =>
      toldBy(judge, byName).flatMap(({ pointer, kind, name }) => {
        // One spelling for all that servers take for the same name.
        const key = `${kind} ${name.toLowerCase().replaceAll(/[^a-z0-9]/g, '-')}`
        const first = seen.get(key) ?? i
        seen.set(key, first)
        // Twice within one judge is reported where that judge is checked.
        if (first === i) return []
        const message = `the ${kind} ${quoted(name)} is already set by judge ${first + 1} of this route`
        return [problemAt(pointer, 'ERR_CONFIG_DUPLICATE_NAME', message)]
      }),
    )
  })
}

function toldBy(
  { pointer, value }: Located<JudgeConfig>,
  policies: ReadonlyMap<string, PolicyConfig>,
): readonly Told[] {
  const { policy, forward_auth: service, basic_auth: basic } = value
  const mapped = (key: 'headers' | 'params', kind: Told['kind']): readonly Told[] =>
    Object.entries(service?.[key] ?? {}).map(([from, name]) => ({
      pointer: `${pointer}/forward_auth/${key}${toPointer([from])}`,
      kind,
      name,
    }))
  const identity = Object.keys((policy === undefined ? undefined : policies.get(policy)?.identity) ?? {})
  const header = basic?.user_header
  return [
    ...identity.map((name): Told => ({ pointer: `${pointer}/policy`, kind: 'header', name })),
    ...mapped('headers', 'header'),
    ...mapped('params', 'query parameter'),
    ...(header === undefined
      ? []
      : [{ pointer: `${pointer}/basic_auth/user_header`, kind: 'header' as const, name: header }]),
  ]
}
