/** From a request to the admin listener to its answer: the route, the right, the query, the body. */
import { quoted } from '../printable.ts'
import type { RouteAnswer } from './route-answer.ts'
import { adminError } from './admin-error.ts'
import type { AdminRequest, AdminRight, AdminRoute } from './admin-route.ts'
import { readAdminBody, refuseBody } from './read-body.ts'
import { readQuery } from './read-query.ts'
import { compileRouteTable, type FoundPath } from './route-table.ts'

/** The head of a request, as it was sent. */
export interface AdminHead extends Pick<AdminRequest, 'headers' | 'peer'> {
  readonly method: string
  /** Raw, before any `?`. */
  readonly path: string
  /** Raw, without the `?`; undefined if there is none. */
  readonly query: string | undefined
  /** Length of its body: undefined if it has none, `unknown` if it goes in chunks. */
  readonly bodyBytes: number | 'unknown' | undefined
}

/** Who may do what. */
export interface AdminAccess {
  /** The right that the client holds, or the answer if that is not the one that it needs. */
  authorize(head: AdminHead, needed: AdminRight): AdminRight | RouteAnswer
  /** Whether the client of a request that was authorized would still be, with the settings in force now. */
  stillHolds(head: AdminHead, needed: AdminRight): boolean
}

/** What becomes of a request whose head was read. */
export type AdmittedRequest =
  | { readonly kind: 'answered'; readonly answer: RouteAnswer }
  /** @param body Whole, and not longer than announced or than `MAX_ADMIN_BODY_BYTES`; undefined if there is none. */
  | {
      readonly kind: 'admitted'
      readonly finish: (body: Uint8Array | undefined) => Promise<RouteAnswer>
      /** Whether the client would be admitted now, for an answer that goes on. */
      readonly stillHolds: () => boolean
    }

export interface AdminRouterDeps extends AdminAccess {
  /** Called for what a handler has thrown, which is a bug. */
  readonly onFault: (fault: unknown) => void
}

/** @throws TypeError if two routes have the same method and path. */
export function createAdminRouter(
  routes: readonly AdminRoute[],
  deps: AdminRouterDeps,
): (head: AdminHead) => AdmittedRequest {
  const find = compileRouteTable(routes)
  return (head) => {
    const found = find(head.path)
    if (found === undefined) return answered(unknownPath(head.path))
    const route = found.routes.get(head.method === 'HEAD' ? 'GET' : head.method)
    if (route === undefined) return answered(wrongMethod(head, found))
    const query = readQuery(route, head.query)
    const needed = neededRight(route, query.ok ? query.value : NO_QUERY)
    const right = deps.authorize(head, needed)
    if (typeof right !== 'string') return answered(right)
    if (!query.ok) return answered(query.error)
    if (head.bodyBytes !== undefined) {
      const announced = head.bodyBytes === 'unknown' ? undefined : head.bodyBytes
      const refused = refuseBody(route, head.headers.get('content-type'), announced)
      if (refused !== undefined) return answered(refused)
    }
    const { headers, peer } = head
    const request = { headers, peer, params: found.params, query: query.value, right }
    return {
      kind: 'admitted',
      finish: (body) => handle(route, request, body, deps.onFault),
      stillHolds: () => deps.stillHolds(head, needed),
    }
  }
}

const NO_QUERY: ReadonlyMap<string, string> = new Map()

const answered = (answer: RouteAnswer): AdmittedRequest => ({ kind: 'answered', answer })

/** The right of the route, or the greatest of the parameters that are there. */
function neededRight({ right, query = {} }: AdminRoute, sent: ReadonlyMap<string, string>): AdminRight {
  const rights = [right, ...[...sent.keys()].map((name) => query[name]?.right ?? right)]
  return rights.includes('change') ? 'change' : rights.includes('read') ? 'read' : 'none'
}

async function handle(
  route: AdminRoute,
  request: Omit<AdminRequest, 'body'>,
  bytes: Uint8Array | undefined,
  onFault: AdminRouterDeps['onFault'],
): Promise<RouteAnswer> {
  try {
    if (route.body === undefined) return await route.handle({ ...request, body: undefined })
    const body = readAdminBody(route.body, bytes)
    return body.ok ? await route.handle({ ...request, body: body.value }) : body.error
  } catch (fault) {
    onFault(fault)
    return adminError('ERR_INTERNAL', 'this is a bug in Warder; its log has the details')
  }
}

const unknownPath = (path: string): RouteAnswer =>
  adminError('ERR_ADMIN_PATH', `no such path: ${quoted(path)}`, ['GET /openapi.json lists all paths'])

function wrongMethod({ method, path }: AdminHead, { routes }: FoundPath): RouteAnswer {
  const allowed = [...routes.keys()].flatMap((one) => (one === 'GET' ? ['GET', 'HEAD'] : [one])).join(', ')
  return adminError(
    'ERR_ADMIN_METHOD',
    `${quoted(path)} does not answer ${quoted(method)}`,
    [`use ${allowed.replace(', HEAD', '')}`],
    { allow: allowed },
  )
}
