/** `GET /v1/upstreams`. */
import { z } from 'zod'
import type { AuthServiceState, GatewayReport, ServerState } from '../gateway/gateway-report.ts'
import { adminRoute, type AdminRoute } from './admin-route.ts'
import type { AskAll } from './questions.ts'
import { jsonAnswer } from './route-answer.ts'

const count = z.number().int().nonnegative()

const SERVER = z.strictObject({
  upstream: z.string().nullable(),
  server: z.string(),
  address: z.string().nullable(),
  state: z.enum(['healthy', 'ejected', 'down', 'mixed']),
  processes: count,
  leftAloneBy: count,
  isUp: z.boolean().nullable(),
  ejectedForMs: z.number().nonnegative(),
  active: count,
  ejections: count,
})

const AUTH_SERVICE = z.strictObject({
  service: z.string(),
  questions: z.strictObject({ allowed: count, denied: count, failed: count, remembered: count }),
})

export const UPSTREAMS_ANSWER = z.strictObject({
  schema: z.literal('warder.upstreams/v1'),
  servers: z.array(SERVER),
  authServices: z.array(AUTH_SERVICE),
})

/** A server as all processes see it; each has its own connections, and its own reasons to leave it alone. */
export type MergedServer = z.infer<typeof SERVER>

export const upstreamsRoute = (askAll: AskAll): AdminRoute =>
  adminRoute({
    method: 'GET',
    path: '/v1/upstreams',
    right: 'read',
    doc: 'The servers of the upstreams and of the auth services, as the gateway sees them now.',
    answers: {
      200: {
        doc: 'One entry for each server, or for each address of its name; none without a gateway.',
        contentType: 'application/json',
        schema: UPSTREAMS_ANSWER,
      },
    },
    async handle() {
      const reports = (await askAll('gateway', null)).filter((report) => report !== null)
      return jsonAnswer('warder.upstreams/v1', {
        servers: mergeServers(reports),
        authServices: mergeAuthServices(reports),
      })
    },
  })

/** The reports of all processes as one: a server by its upstream, URL and address. */
export function mergeServers(reports: readonly GatewayReport[]): readonly MergedServer[] {
  const groups = Map.groupBy(
    reports.flatMap(({ servers }) => servers),
    ({ upstream, server, address }) => JSON.stringify([upstream, server, address]),
  )
  return [...groups.values()].map(mergeServer)
}

function mergeServer(views: readonly ServerState[]): MergedServer {
  const [{ upstream, server, address }] = views as readonly [ServerState]
  const leftAloneBy = views.filter(({ isUp, ejectedForMs }) => isUp === false || ejectedForMs > 0).length
  const checks = views.flatMap(({ isUp }) => (isUp === null ? [] : [isUp]))
  return {
    upstream,
    server,
    address,
    state: stateOf(views, leftAloneBy),
    processes: views.length,
    leftAloneBy,
    isUp: checks.length === 0 ? null : checks.every((isUp) => isUp),
    ejectedForMs: Math.round(Math.max(...views.map(({ ejectedForMs }) => ejectedForMs))),
    active: sum(views.map(({ active }) => active)),
    ejections: sum(views.map(({ ejections }) => ejections)),
  }
}

function stateOf(views: readonly ServerState[], leftAloneBy: number): MergedServer['state'] {
  if (leftAloneBy === 0) return 'healthy'
  if (leftAloneBy < views.length) return 'mixed'
  return views.every(({ isUp }) => isUp === false) ? 'down' : 'ejected'
}

/** By URL; two services with one URL and other settings are one here. */
export function mergeAuthServices(reports: readonly GatewayReport[]): readonly AuthServiceState[] {
  const groups = Map.groupBy(
    reports.flatMap(({ authServices }) => authServices),
    ({ service }) => service,
  )
  return [...groups].map(([service, states]) => {
    const all = (result: keyof AuthServiceState['questions']): number =>
      sum(states.map(({ questions }) => questions[result]))
    const [allowed, denied] = [all('allowed'), all('denied')]
    return { service, questions: { allowed, denied, failed: all('failed'), remembered: all('remembered') } }
  })
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)
