/** Loading a JWK set from a URL, again and again. */
import { createHash } from 'node:crypto'
import { readFreshness, readRetryAfter } from '../../answer-lifetime.ts'
import { err, ok, type Result } from '../../result.ts'
import { readValidators, type FetchDocument, type FetchFailure, type Validators } from './fetch-document.ts'
import { importJwks, type AcceptedKeys } from '../import/import-jwks.ts'
import type { KeySet } from '../key-set.ts'
import { describeUrl } from './remote-url.ts'

/** The result of a good load. */
export interface LoadedKeys {
  /** Absent: nothing has changed since the last good load. */
  readonly changed?: { readonly keySet: KeySet; readonly document: Uint8Array }
  /** How long the answer may be used, in milliseconds, if the server tells. */
  readonly freshMs: number | undefined
}

export interface LoadFailure {
  /** For people. */
  readonly why: string
  /** How long the server asks to be left alone, in milliseconds, if it does. */
  readonly retryAfterMs?: number | undefined
}

/**
 * Loads the keys once, within its own deadline; `signal` gives up early.
 *
 * @param ask `whole` when a key is missing in what was last loaded; `if_changed` saves the transfer otherwise.
 */
export type LoadKeys = (
  signal: AbortSignal,
  ask: 'whole' | 'if_changed',
) => Promise<Result<LoadedKeys, LoadFailure>>

type FoundUrl = Result<string, FetchFailure>

export interface JwksLoaderOptions extends AcceptedKeys {
  /** Finds the URL of the set, before each load: an issuer may move it. */
  readonly findUrl: (fetchDocument: FetchDocument, signal: AbortSignal) => FoundUrl | Promise<FoundUrl>
  readonly fetchDocument: FetchDocument
}

/** A good answer. */
interface LastAnswer {
  readonly url: string
  /** Most refreshes bring what is there already; a digest costs less than the import of one key. */
  readonly digest: string
  readonly validators: Validators
  readonly freshMs: number | undefined
}

/** Creates the loader. It remembers the validators and the URL of the last good answer. */
export function createJwksLoader(options: JwksLoaderOptions, nowMs: () => number): LoadKeys {
  let last: LastAnswer | undefined

  return async (signal, ask) => {
    const fail = (why: string, retryAfter?: string): Result<never, LoadFailure> =>
      err({ why, retryAfterMs: readRetryAfter(retryAfter, nowMs()) })

    const finding = options.findUrl(options.fetchDocument, signal)
    const found = finding instanceof Promise ? await finding : finding
    if (!found.ok) return fail(found.error.why, found.error.retryAfter)
    const url = found.value
    const known = ask === 'if_changed' && last?.url === url ? last : undefined
    const fetched = await options.fetchDocument(url, signal, known?.validators)
    if (!fetched.ok) return fail(`${describeUrl(url)}: ${fetched.error.why}`, fetched.error.retryAfter)
    const freshMs = readFreshness(fetched.value.headers, nowMs())
    // RFC 9111 §4.3.4: a 304 without a lifetime keeps that of the answer it confirms.
    if (fetched.value.status === 304) return ok({ freshMs: freshMs ?? known?.freshMs })
    const { bytes, headers } = fetched.value
    const answer = { url, digest: digestOf(bytes), validators: readValidators(headers), freshMs }
    if (last?.url === url && last.digest === answer.digest) {
      last = answer
      return ok({ freshMs })
    }
    const keySet = importJwks(bytes, options)
    if (!keySet.ok) return fail(`${describeUrl(url)}: ${keySet.error}`)
    last = answer
    return ok({ changed: { keySet: keySet.value, document: bytes }, freshMs })
  }
}

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64')
