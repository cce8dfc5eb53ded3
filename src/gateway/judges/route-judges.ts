/** Compiles the judges of the routes. */
import type { Decide } from '../../decision/decide.ts'
import { basicAuthJudge } from './passwords/basic-auth-judge.ts'
import type { UserSettings } from '../../settings/basic-auth/definition.ts'
import { forwardAuthJudge } from './auth-service/forward-auth-judge.ts'
import type { ForwardAuthSettings } from '../../settings/forward-auth/definition.ts'
import { folded } from '../exchange/forward-headers.ts'
import { compileMappedParameters, type IsMappedParameter } from '../exchange/mapped-query.ts'
import { createPasswordCheck, type PasswordCheck } from './passwords/password-check.ts'
import type { RouteJudge, JudgeInput } from './judge.ts'
import { policyJudge } from './policy-judge.ts'
import { compileStripRule, type StripRule } from '../exchange/strip-token.ts'
import { verifyPassword } from './passwords/verify-password.ts'
import type { WorkQueue } from './passwords/work-queue.ts'

export interface RouteJudges {
  /** Never empty. */
  readonly inOrder: readonly RouteJudge[]
  /** What each of them was made from. */
  readonly inputs: readonly JudgeInput[]
  /** Folded names of headers that only an auth service may set. */
  readonly replacedHeaders: ReadonlySet<string>
  readonly isMappedParameter: IsMappedParameter
}

/** @param realm Of the challenge to a request that an auth service is not asked about. @param queue For password checks. */
export function createRouteJudges(
  decide: Decide,
  serviceOf: (settings: ForwardAuthSettings) => RouteJudge,
  realm: string,
  queue: WorkQueue,
): (inputs: readonly JudgeInput[]) => RouteJudges | undefined {
  const checkOf = createPasswordChecks(queue)
  const judgeOf = (input: JudgeInput, strip: StripRule | undefined): RouteJudge => {
    switch (input.kind) {
      case 'policy':
        return policyJudge(input.policy, decide)
      case 'forward_auth':
        return forwardAuthJudge(serviceOf(input.settings), input.settings, realm, strip)
      case 'basic_auth':
        return basicAuthJudge(input.settings, checkOf(input.users))
    }
  }
  return (inputs) => {
    if (inputs.length === 0) return undefined
    const mapped = inputs.flatMap((input) => (input.kind === 'forward_auth' ? [input.settings] : []))
    const sources = inputs.flatMap((input) => (input.kind === 'policy' ? input.policy.tokenSources : []))
    const strip = compileStripRule(sources, undefined, false)
    return {
      inOrder: inputs.map((input) => judgeOf(input, strip)),
      inputs,
      replacedHeaders: new Set(
        mapped.flatMap(({ headers }) => headers.map(({ to }) => folded(to.toLowerCase()))),
      ),
      isMappedParameter: compileMappedParameters(mapped.flatMap(({ params }) => params.map(({ to }) => to))),
    }
  }
}

/** Routes with equal users share remembered passwords; different sets of users take turns. */
function createPasswordChecks(queue: WorkQueue): (users: readonly UserSettings[]) => PasswordCheck {
  const made = new Map<string, PasswordCheck>()
  return (users) => {
    const key = JSON.stringify(users)
    const known = made.get(key)
    if (known !== undefined) return known
    const check = createPasswordCheck(users, {
      verify: verifyPassword,
      queue,
      group: key,
      nowMs: () => performance.now(),
    })
    made.set(key, check)
    return check
  }
}

// If a service replaces the client's credential for one application, other routes still need the client's.
const CREDENTIALS: ReadonlySet<string> = new Set(['authorization', 'cookie'])

/** Lower-case names of headers by which applications know the user: no client may send them, on any route. */
export const judgeHeaderNames = (inputs: readonly JudgeInput[]): readonly string[] =>
  inputs
    .flatMap(namesOf)
    .map((name) => name.toLowerCase())
    .filter((name) => !CREDENTIALS.has(name))

function namesOf(input: JudgeInput): readonly string[] {
  if (input.kind === 'forward_auth') return input.settings.headers.map(({ to }) => to)
  return input.kind === 'basic_auth' ? [input.settings.userHeader ?? []].flat() : []
}

/** Whether a route's application must not see the password. */
export const hidesCredentials = (inputs: readonly JudgeInput[]): boolean =>
  inputs.some((input) => input.kind === 'basic_auth' && !input.settings.forwardCredentials)
