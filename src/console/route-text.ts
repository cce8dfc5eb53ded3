/** What a route matches, in one line. */
import type { RouteRow } from '../admin/routes-rows.ts'

/** `GET, HEAD api.example.com /orders/**`; `every request` without conditions. */
export function describeMatch({ method, host, path }: RouteRow['match']): string {
  const parts = [method, host, path].filter((one) => one.length > 0).map((one) => one.join(', '))
  return parts.length === 0 ? 'every request' : parts.join(' ')
}
