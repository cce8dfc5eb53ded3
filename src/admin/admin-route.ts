/** A path of the admin listener: what it needs, what it is handed, and what it answers. */
import type { z } from 'zod'
import type { RouteAnswer } from './route-answer.ts'

/** What a client may do; each includes those before it. `none` is everybody who reaches the listener. */
export type AdminRight = 'none' | 'read' | 'change'

const RIGHTS: readonly AdminRight[] = ['none', 'read', 'change']

/** Whether a client that holds one right has the other. */
export const includesRight = (held: AdminRight, needed: AdminRight): boolean =>
  RIGHTS.indexOf(held) >= RIGHTS.indexOf(needed)

/** A parameter of the query. */
export interface AdminParameter {
  /** What it means; one sentence. */
  readonly doc: string
  /** The right that a request with it needs. Default: that of the route. */
  readonly right?: AdminRight
  /** Form of its text, for the OpenAPI document; the handler checks it. Default: a string. */
  readonly schema?: z.ZodType
}

/** One answer, for the OpenAPI document. */
export interface AnswerForm {
  readonly doc: string
  /** Without parameters. */
  readonly contentType: string
  /** Of a JSON answer. */
  readonly schema?: z.ZodType
}

/** A request of a client that holds the right of its route. */
export interface AdminRequest<Body = unknown> {
  /** The values of `{name}` in the path of the route: decoded, not empty, without control characters. */
  readonly params: ReadonlyMap<string, string>
  /** Parameters of the query: each at most once, and only those that the route names. */
  readonly query: ReadonlyMap<string, string>
  /** The JSON body, checked by the route's schema; undefined if the route takes none. */
  readonly body: Body
  /** Header fields by lower-case name. */
  readonly headers: { get(lowerCaseName: string): string | null }
  /** Address of the client; empty on a unix socket. */
  readonly peer: string
  /** What the client may do, which may be more than the route needs. */
  readonly right: AdminRight
}

/** One row of the table of the admin listener. */
export interface AdminRoute<Body = unknown> {
  /** A route for GET answers HEAD as well. */
  readonly method: 'GET' | 'POST'
  /** `/v1/decisions/{id}`: a `{name}` stands for one whole segment. */
  readonly path: string
  readonly right: AdminRight
  /** What it is for; one sentence. */
  readonly doc: string
  /** By name. Default: none, and a request with any is refused. */
  readonly query?: Readonly<Record<string, AdminParameter>>
  /** Ignores further parameters of the query, as what probes ask may have some. */
  readonly ignoresQuery?: true
  /** Of the JSON body, which a POST must then have. Default: a body is refused. */
  readonly body?: z.ZodType<Body>
  /** By status; errors, which all routes have in common, are left out. */
  readonly answers: Readonly<Record<number, AnswerForm>>
  handle(request: AdminRequest<Body>): RouteAnswer | Promise<RouteAnswer>
}

/** A row whose handler has the type of its body. */
export const adminRoute = <Body>(route: AdminRoute<Body>): AdminRoute => route
