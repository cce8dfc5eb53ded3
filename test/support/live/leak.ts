/** Holes of a guard: what their tables share. */
import { mint } from '../mint.ts'
import type { GuardedRequest, Hole } from './leaky-guard.ts'

/** The only token that the guard accepts. */
export const TOKEN = mint({ scope: 'orders:read' })

/** The token of a request, if it has one. */
export const bearer = (request: GuardedRequest): string =>
  request.values('authorization')[0]?.replace(/^Bearer /, '') ?? ''
/** Whether it has the accepted token, perhaps among others. */
export const hasToken = (request: GuardedRequest): boolean =>
  request.values('authorization').includes(`Bearer ${TOKEN}`)
/** Whether it is a GET of such a target. */
export const isAt =
  (pattern: RegExp) =>
  ({ target, method }: GuardedRequest): boolean =>
    method === 'GET' && pattern.test(target)
/** A hole, and the probes that fail by it. */
export interface Leak {
  readonly name: string
  readonly hole: Hole
  readonly fails: readonly string[]
  /** Default: {@link CONFIG}. */
  readonly configText?: string
}
