/** A fetched document, in the shape that all transports share. */
import type { AnswerHeaders } from '../../answer-lifetime.ts'
import type { Result } from '../../result.ts'

/** What identifies an earlier answer, to ask whether it is still current (RFC 9110 §13.1). */
export interface Validators {
  /** Sent back as `If-None-Match`, byte for byte. */
  readonly etag?: string | undefined
  /** Sent back as `If-Modified-Since`, byte for byte. */
  readonly lastModified?: string | undefined
}

/** A good answer. */
export type FetchedDocument =
  | { readonly status: 200; readonly bytes: Uint8Array; readonly headers: AnswerHeaders }
  /** The answer that the validators identify is still current. Only after a request that had some. */
  | { readonly status: 304; readonly headers: AnswerHeaders }

export interface FetchFailure {
  /** For people; never holds anything of the body. */
  readonly why: string
  /** The status, if the server answered with one that is not good. */
  readonly status?: number
  /** The value of `Retry-After`, if the server answered with one; not checked. */
  readonly retryAfter?: string
}

/** Fetches a document; `signal` gives up early. Never rejects. */
export type FetchDocument = (
  url: string,
  signal: AbortSignal,
  validators?: Validators,
) => Promise<Result<FetchedDocument, FetchFailure>>

/** The validators of an answer. Odd values are never sent back. */
export function readValidators(headers: AnswerHeaders): Validators {
  const read = (name: string): string | undefined => {
    const value = headers.get(name)
    return value !== null && VALIDATOR.test(value) ? value : undefined
  }
  return { etag: read('etag'), lastModified: read('last-modified') }
}

const VALIDATOR = /^[\x20-\x7e]{1,512}$/
