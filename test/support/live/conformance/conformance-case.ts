/** A case of the conformance table: what a client sends, and what must come of it behind every proxy. */
import type { DenyReason } from '../../../../src/decision/reasons.ts'
import type { ReceivedRequest } from '../echo-app.ts'
import type { RawRequest, RawResponse } from '../raw-client.ts'
import type { ConformanceSite } from './site.ts'

/** What is sent in `Authorization`, or nothing. */
export type TokenOf = (site: ConformanceSite) => string

export type Expected =
  /** The application gets the request as it was sent, with these users (none: nobody). */
  | {
      readonly kind: 'allowed'
      readonly subject: 'alice' | undefined
      /** Further expectations; returns what is wrong. */
      readonly also?: (received: ReceivedRequest, answer: RawResponse) => string | undefined
    }
  /** The client gets status, reason, and, if the status has one, a challenge. */
  | { readonly kind: 'denied'; readonly status: number; readonly reasons: readonly DenyReason[] }
  /** The application gets nothing; how the client is told is up to the proxy. */
  | { readonly kind: 'blocked' }

export interface RequestCase {
  /** A key of the golden file, and the row of the table. */
  readonly title: string
  readonly request: RawRequest
  readonly token?: TokenOf
  readonly expected: Expected
}

/** A case of several steps. Returns `yes`, or what happened instead. */
export interface SequenceCase {
  readonly title: string
  readonly run: (site: ConformanceSite) => Promise<string>
}

export const allowed = (
  subject: 'alice' | undefined,
  also?: (received: ReceivedRequest, answer: RawResponse) => string | undefined,
): Expected => ({ kind: 'allowed', subject, ...(also && { also }) })

export const denied = (status: number, ...reasons: readonly DenyReason[]): Expected => ({
  kind: 'denied',
  status,
  reasons,
})

export const BLOCKED: Expected = { kind: 'blocked' }

export const READER: TokenOf = (site) => site.mint()

export type Fields = NonNullable<RawRequest['headers']>

/** A case as it is written in a table. */
export type Row = readonly [title: string, request: RawRequest, expected: Expected, token?: TokenOf]

export const orders = (headers: Fields = []): RawRequest => ({ target: '/orders/1', headers })
export const publicPath = (headers: Fields): RawRequest => ({ target: '/public/1', headers })
