/** `GET /v1/routes` and `GET /v1/routes/match`. */
import { z } from 'zod'
import { adminError } from './admin-error.ts'
import { adminRoute, type AdminRequest, type AdminRoute } from './admin-route.ts'
import { jsonAnswer, type RouteAnswer } from './route-answer.ts'
import { jsonForm } from './shapes.ts'

const ROUTE = z.strictObject({
  name: z.string(),
  /** From 0. */
  order: z.int(),
  access: z.enum(['public', 'deny', 'policy', 'forward_auth', 'basic_auth', 'all_of']),
  policy: z.string().nullable(),
  /** Empty lists: any. */
  match: z.strictObject({
    host: z.array(z.string()),
    path: z.array(z.string()),
    method: z.array(z.string()),
  }),
  upstream: z.string().nullable(),
})

export type RouteRow = z.infer<typeof ROUTE>

const ROUTES_ANSWER = z.strictObject({
  schema: z.literal('warder.routes/v1'),
  /** Of all routes. */
  total: z.int(),
  /** In order. */
  routes: z.array(ROUTE),
})

const MATCH_ANSWER = z.strictObject({
  schema: z.literal('warder.route-match/v1'),
  /** The route that judges the request; null if it is denied before one does, or without routes. */
  route: ROUTE.nullable(),
  /** Why the request is denied without a route. */
  reason: z.string().nullable(),
  /** How the route was found, as a step of an explanation. */
  facts: z.string(),
  /** Earlier routes that do not match, the nearest last, and why not. */
  skipped: z.array(z.strictObject({ name: z.string(), order: z.int(), why: z.string() })),
  /** Earlier ones that are not listed. */
  moreSkipped: z.int(),
})

export type RouteMatch = Omit<z.infer<typeof MATCH_ANSWER>, 'schema'>

/** Most routes of one answer. */
const MAX_ROUTES = 1_000
const USUAL_ROUTES = 100

export interface RouteViews {
  readonly total: () => number
  /** So many of them, from this place on. */
  readonly list: (offset: number, limit: number) => readonly RouteRow[]
  /** Undefined if that is no request. */
  readonly match: (method: string, url: string) => RouteMatch | undefined
}

export const routesRows = ({ total, list, match }: RouteViews): readonly AdminRoute[] => [
  adminRoute({
    method: 'GET',
    path: '/v1/routes',
    right: 'read',
    doc: 'The routes in force, in order.',
    query: {
      offset: { doc: 'Place of the first one, from 0. Default: 0.', schema: z.int().min(0) },
      limit: {
        doc: `Most routes; 1 to ${MAX_ROUTES}. Default: ${USUAL_ROUTES}.`,
        schema: z.int().min(1).max(MAX_ROUTES),
      },
    },
    answers: { 200: jsonForm('Some of them, and how many there are.', ROUTES_ANSWER) },
    handle({ query }) {
      const offset = readCount(query, 'offset', 0, 0, Number.MAX_SAFE_INTEGER)
      const limit = readCount(query, 'limit', USUAL_ROUTES, 1, MAX_ROUTES)
      if (typeof offset !== 'number') return offset
      if (typeof limit !== 'number') return limit
      return jsonAnswer('warder.routes/v1', { total: total(), routes: list(offset, limit) })
    },
  }),
  adminRoute({
    method: 'GET',
    path: '/v1/routes/match',
    right: 'read',
    doc: 'Which route judges a request, and why no earlier one does.',
    query: {
      method: { doc: 'Default: GET.' },
      url: { doc: 'Absolute, such as `https://api.example.com/orders/42`.' },
    },
    answers: { 200: jsonForm('The route, or why there is none.', MATCH_ANSWER) },
    handle({ query }) {
      const url = query.get('url')
      const found = url === undefined ? undefined : match(query.get('method') ?? 'GET', url)
      if (found !== undefined) return jsonAnswer('warder.route-match/v1', { ...found })
      return adminError('ERR_ADMIN_QUERY', '`method` and `url` are not a request', [
        'ask for ?method=GET&url=https%3A%2F%2Fapi.example.com%2Forders%2F42',
      ])
    },
  }),
]

function readCount(
  query: AdminRequest['query'],
  name: string,
  usual: number,
  least: number,
  most: number,
): number | RouteAnswer {
  const text = query.get(name)
  if (text === undefined) return usual
  const value = /^\d{1,15}$/.test(text) ? Number(text) : -1
  if (value >= least && value <= most) return value
  return adminError('ERR_ADMIN_QUERY', `\`${name}\` is not a number from ${least} to ${most}`)
}
