/** Why a path or method is usually denied. */
import { readKeptPath } from '../../../request/kept-path.ts'
import type { RouteRefusal } from '../../other-route.ts'
import { describeReading } from '../describe-route.ts'
import type { LikelyCause } from './likely-cause.ts'
import type { Trial } from '../../trial.ts'

/** A path that an application would serve if it ignored letter case. */
export function letterCase({ found }: Trial): LikelyCause | undefined {
  if (found === undefined || found.ok || faultOf(found.error) !== 'letter_case') return undefined
  const { judged, met } = found.error
  if (judged === undefined || met === undefined) return undefined
  return {
    name: 'letter_case',
    why: `an application that ignores letter case would serve what the route ${met.name} guards`,
    fix: `have the client send the path as it is written in the route ${met.name}; or set case_sensitive: true on that route if the application distinguishes letter case`,
  }
}

/** A path that a route could keep encoded, and why this route does not. */
export function encodedPath({ found, request }: Trial): LikelyCause | undefined {
  if (found === undefined || found.ok) return undefined
  const { judged, met } = found.error
  const fault = faultOf(found.error)
  if (judged !== undefined && met !== undefined && fault === 'other_spelling')
    return {
      name: 'other_spelling',
      why: `many applications ignore a final slash, a format such as \`.json\` or the name of a script; read ${describeReading(found.error)}, this path is guarded by ${met.name}`,
      fix: `have the client send the path as it is written in ${met.name}; or, if the application serves something else here, put a route for exactly this path above ${met.name}`,
    }
  if (judged !== undefined && met !== undefined)
    return {
      name: 'encoded_path',
      why: `the route ${judged.name} keeps the path encoded, but an application that decodes it would serve what ${met.name} guards`,
      fix: `if the application of ${judged.name} never decodes it in this way, put ${judged.name} above ${met.name}`,
    }
  const kept = readKeptPath(request.path)
  const readings = kept.ok ? kept.value.readings() : kept
  if (!readings.ok) return unreadable(readings.error)
  if (!KEEPABLE.has(fault)) return unreadable(fault)
  return {
    name: 'encoded_path',
    why: 'some applications need such paths: GitLab `group%2Fname`, npm `@scope%2fname`, matrix parameters, object stores',
    fix: 'if the application splits the path at `/` before it decodes it, set `encoded: keep` on its route',
  }
}

/** A path that no setting allows, and what clients can send instead. */
function unreadable(fault: string): LikelyCause | undefined {
  const fix = INSTEAD.get(fault)
  if (fix === undefined) return undefined
  const why = 'no setting allows this path: applications disagree about where it ends, or which path it is'
  return { name: 'unreadable_path', why, fix }
}

const INSTEAD: ReadonlyMap<string, string> = new Map([
  [
    'encoded_separator',
    'have the client send such a name in the query (MediaWiki: `/index.php?title=C%23`), or give the page or file a name without \\ ? #',
  ],
  [
    'double_encoded',
    'have the client escape the path once; a name that itself has `%41` in it cannot be served',
  ],
  ['dot_segment', 'have the client resolve `.` and `..` before it sends the path, as browsers do'],
])

/** A HEAD that a route for GET does not name. */
export function headAsGet({ found }: Trial): LikelyCause | undefined {
  if (found === undefined || found.ok || faultOf(found.error) !== 'head') return undefined
  const name = found.error.met?.name ?? ''
  return {
    name: 'head_as_get',
    why: `most applications answer HEAD with the handler for GET, which ${name} guards`,
    fix: `add HEAD to the methods of ${name}`,
  }
}

function faultOf({ denial }: RouteRefusal): string {
  if (denial.reason === 'path_ambiguous') return denial.ambiguity
  return denial.reason === 'method_refused' ? denial.fault : denial.at
}

const KEEPABLE: ReadonlySet<string> = new Set([
  'encoded_separator',
  'semicolon',
  'invalid_utf8',
  'double_slash',
])
