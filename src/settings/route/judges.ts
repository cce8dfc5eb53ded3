/** Who judges the requests of a route, whichever way that is written. */
import type { JudgeSettings, RouteSettings, JudgeConfig, RouteConfig } from './definition.ts'
import type { Located } from '../problem.ts'

/** In order; none where a route is public or closed. */
export function judgesOf(access: RouteSettings['access']): readonly JudgeSettings[] {
  if (access.kind === 'all_of') return access.judges
  return access.kind === 'public' || access.kind === 'deny' ? [] : [access]
}

/** The same of what is written, with its place: a route with one judge is written like a judge. */
export const judgesIn = ({ pointer, value }: Located<RouteConfig>): readonly Located<JudgeConfig>[] =>
  value.all_of === undefined
    ? [{ pointer, value }]
    : value.all_of.map((judge, i) => ({ pointer: `${pointer}/all_of/${i}`, value: judge }))

/** The files of authorities that auth services are known by. */
export function authCaFiles(routes: readonly RouteSettings[]): readonly string[] {
  const files: string[] = []
  for (const { access } of routes) {
    // Of thousands of routes, most are judged by a policy alone.
    if (access.kind !== 'forward_auth' && access.kind !== 'all_of') continue
    for (const judge of judgesOf(access))
      if (judge.kind === 'forward_auth' && judge.forwardAuth.caFile !== undefined)
        files.push(judge.forwardAuth.caFile)
  }
  return files
}
