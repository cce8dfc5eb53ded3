/** `GET /v1/routes`. */
import type { RouteRow } from '../../admin/routes-rows.ts'

export interface RoutesAnswer {
  readonly total: number
  readonly routes: readonly RouteRow[]
}
