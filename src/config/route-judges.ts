/** Who judges the requests of a route, whichever way that is written. */
import type { JudgeSettings, RouteSettings } from '../settings/route/definition.ts'
import type { Located } from '../settings/problem.ts'
import type { JudgeConfig, RouteConfig } from './schema-policy.ts'

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
