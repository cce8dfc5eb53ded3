/** The routes in force, for the admin API. */
import type { RouteMatch, RouteRow, RouteViews } from '../admin/routes-rows.ts'
import { describeRoute } from '../decision/explain/describe-route.ts'
import { findRouteOf, matchedPath } from '../decision/find-route.ts'
import { createTrial } from '../decision/trial.ts'
import { redact } from '../observe/redact.ts'
import { whySkipped, type Route } from '../policy/compile-routes.ts'
import type { Instance } from './build-instance.ts'
import { readRequestLine } from './explain/made-question.ts'

/** The most routes that are listed as passed over; people do not read more. */
const MAX_SKIPPED = 50

/** @param instance Returns the one in force. */
export const routeViews = (instance: () => Instance): RouteViews => ({
  total: () => routesOf(instance()).length,
  list: (offset, limit) =>
    routesOf(instance())
      .slice(offset, offset + limit)
      .map(toRow),
  match(method, url) {
    const line = readRequestLine(method, url)
    return line.ok ? matchOf(instance(), { ...line.value, headers: NO_HEADERS }) : undefined
  },
})

const NO_HEADERS = { get: (): null => null }

const routesOf = ({ guard }: Pick<Instance, 'guard'>): readonly Route[] => guard.routes?.routes ?? []

function toRow({ name, order, settings }: Route): RouteRow {
  const { access, host, path, method, upstream } = settings
  return {
    name,
    order,
    access: access.kind,
    policy: access.kind === 'policy' ? access.policy : null,
    match: { host: [...host], path: [...path], method: [...method] },
    upstream: upstream ?? null,
  }
}

function matchOf({ guard }: Pick<Instance, 'guard'>, request: Parameters<typeof findRouteOf>[1]): RouteMatch {
  const found = findRouteOf(guard, request)
  const route = found.ok ? found.value : undefined
  const policy = route?.access.kind === 'policy' ? route.access.policy : undefined
  const judged = policy ?? (guard.routes === undefined ? guard.anyValidToken : undefined)
  const trial = { ...createTrial(guard, request, 0, undefined, found), route, policy: judged }
  const { facts } = describeRoute(trial)
  const passedOver = found.ok ? routesOf({ guard }).slice(0, route?.order) : []
  const query = { method: request.method, host: request.host, path: matchedPath(request.path) ?? '' }
  const listed = passedOver.slice(-MAX_SKIPPED)
  return {
    route: route === undefined ? null : toRow(route),
    reason: found.ok
      ? route === undefined && guard.routes !== undefined
        ? 'no_route'
        : null
      : found.error.denial.reason,
    facts: redact(facts),
    skipped: listed.map((one) => ({ name: one.name, order: one.order, why: whySkipped(one, query) ?? '?' })),
    moreSkipped: passedOver.length - listed.length,
  }
}
