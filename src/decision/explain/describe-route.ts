/** How the route of a request was found, in words: for explain. */
import { whySkipped, type Route } from '../../policy/compile-routes.ts'
import type { JudgeSettings } from '../../settings/route/definition.ts'
import type { PathAmbiguity } from '../../request/canonical-path.ts'
import { whyMethodRefused, type MethodFault } from '../../request/method.ts'
import { announcedMethod } from '../../request/preflight.ts'
import { matchedPath } from '../find-route.ts'
import type { RouteRefusal } from '../other-route.ts'
import type { StepDescription } from './step-description.ts'
import type { Trial } from '../trial.ts'

const AMBIGUITIES: Readonly<Record<PathAmbiguity, string>> = {
  query: 'the path still holds a ?',
  not_absolute: 'the path does not begin with /',
  too_long: 'the path is longer than 8192 characters',
  double_slash: 'the path has two slashes in a row',
  dot_segment: 'the path has a segment . or ..',
  backslash: 'the path has a backslash',
  semicolon: 'the path has a semicolon',
  fragment: 'the path has a #',
  control_or_space: 'the path has a control character or a space',
  non_ascii: 'the path has a character that is not ASCII and not escaped',
  bad_escape: 'the path has a % without two hexadecimal digits',
  encoded_separator: 'the path has an escaped / \\ ; ? # or NUL',
  double_encoded: 'the path is escaped twice',
  invalid_utf8: 'the path is escaped, but not as UTF-8',
  too_many_doubts: 'the path has more than 256 `;`, `//`, escaped slashes and bytes outside UTF-8',
}

const METHOD_FAULTS: Readonly<Record<MethodFault, string>> = {
  letter_case: 'the method is a known method in another letter case, and some servers treat both alike',
  trace: 'TRACE would show the client the request that the application receives',
  connect: 'CONNECT asks for a tunnel',
}

/** Describes the step that finds route and policy. */
export function describeRoute({ found, route, policy, guard, request }: Trial): StepDescription {
  const asked =
    request.host === ''
      ? 'no request'
      : `${request.method} ${request.scheme}://${request.host}${request.path}`
  const fault = whyMethodRefused(request.method, policy === undefined ? guard.routes?.methods : undefined)
  if (fault !== undefined) return { facts: `${asked}: ${METHOD_FAULTS[fault]}` }
  if (guard.routes === undefined && policy === guard.anyValidToken)
    return { facts: `${asked}: there are no routes, and any valid token is allowed` }
  if (route === undefined && policy !== undefined) return { facts: `${asked}: policy ${policy.name}` }
  if (found?.ok === false) return describeRefusal(asked, found.error)
  const preflight = route?.access.kind === 'preflight' ? announcedMethod(request) : undefined
  const query = {
    method: preflight ?? request.method,
    host: request.host,
    path: matchedPath(request.path) ?? '',
  }
  const passedOver = guard.routes?.routes.slice(0, route?.order) ?? []
  const notes = skippedNotes(passedOver, query)
  if (route === undefined) return { facts: `${asked}: no route matches`, notes }
  const access = policy === undefined ? accessText(route) : `policy ${policy.name}`
  const judged = preflight === undefined ? access : `a preflight for ${preflight}, which it allows`
  const facts = `${asked} is ${route.name}, ${judged}`
  return { facts, setting: `routes/${route.order}`, notes: [...notes, ...judgesNotes(route)] }
}

/** A request whose route would be another one if the application read it differently. */
function describeRefusal(asked: string, refusal: RouteRefusal): StepDescription {
  const { denial, judged, met } = refusal
  if (judged === undefined) return { facts: `${asked}: ${whyUnjudged(denial)}` }
  const other = met === undefined ? 'no route' : `${met.name}, ${accessText(met)}`
  return {
    facts: `${asked} is ${judged.name}, ${accessText(judged)}; read ${describeReading(refusal)} it is ${other}`,
    setting: `routes/${(met ?? judged).order}`,
  }
}

/** For a path that was not matched at all. */
const whyUnjudged = (denial: RouteRefusal['denial']): string =>
  denial.reason === 'path_ambiguous' ? AMBIGUITIES[denial.ambiguity as PathAmbiguity] : denial.reason

/** How an application might read the request, for people: `with the method DELETE`. */
export function describeReading({ reading }: RouteRefusal): string {
  switch (reading?.by) {
    case undefined:
      return ''
    case 'letter_case':
      return 'in another letter case'
    case 'scripts':
      return 'behind its scripts'
    case 'path':
      return `as ${JSON.stringify(reading.path.replaceAll('\0', '%2F'))}`
    case 'method':
      return `with the method ${JSON.stringify(reading.method)}`
  }
}

function accessText({ settings: { access } }: Route): string {
  if (access.kind !== 'all_of') return access.kind
  return `all_of ${access.judges.map(judgeText).join(', ')}`
}

const judgeText = (judge: JudgeSettings): string =>
  judge.kind === 'policy' ? `policy ${judge.policy}` : judge.kind

/** Policies among several judges can be explained one at a time. */
function judgesNotes({ settings: { access } }: Route): readonly string[] {
  const judges = access.kind === 'all_of' ? access.judges : []
  const policies = judges.flatMap((judge) => (judge.kind === 'policy' ? [`--policy ${judge.policy}`] : []))
  return policies.length === 0 ? [] : [`each can be explained on its own: ${policies.join(', ')}`]
}

/** The most routes that are listed as passed over; people do not read more. */
const MAX_SKIPPED = 8

/** The last ones are listed: they are nearest to the route that matched, or to the end of the file. */
function skippedNotes(
  routes: readonly Route[],
  query: { readonly method: string; readonly host: string; readonly path: string },
): readonly string[] {
  if (routes.length === 0) return []
  const shown = routes
    .slice(-MAX_SKIPPED)
    .map((route) => `${route.name} (${whySkipped(route, query) ?? '?'})`)
  const more = routes.length - shown.length
  return [`passed over: ${more > 0 ? `${more} more, ` : ''}${shown.join(', ')}`]
}
