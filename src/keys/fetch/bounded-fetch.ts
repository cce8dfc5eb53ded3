/** A GET that cannot be redirected, cannot take forever and cannot fill the memory. */
import { err, ok, type Result } from '../../result.ts'
import type { FetchDocument, FetchedDocument, FetchFailure, Validators } from './fetch-document.ts'
import type { Fetch, KeyDeps } from '../key-deps.ts'
import { ReachError } from './reach.ts'
import { checkRemoteUrl } from './remote-url.ts'

export interface FetchBounds {
  readonly allowHttp: boolean
  /** From the start of the connection to the last byte. */
  readonly timeoutMs: number
  /** Largest body, counted after any decoding. */
  readonly maxBytes: number
}

/** Wraps the injected `fetch` with the bounds that every outgoing request has. */
export function createBoundedFetch(
  bounds: FetchBounds,
  deps: Pick<KeyDeps, 'fetch' | 'setTimer'>,
): FetchDocument {
  return async (url, signal, validators) => {
    const checked = checkRemoteUrl(url, bounds.allowHttp)
    if (!checked.ok) return err({ why: checked.error })
    const deadline = startDeadline(bounds.timeoutMs, signal, deps)
    let response: Response | undefined
    try {
      response = await deadline.race(send(url, validators, deadline.signal, deps.fetch))
      const { status, headers } = response
      if (status === 304 && hasValidator(validators)) return ok({ status, headers })
      const refusal = findRefusal(response, bounds)
      if (refusal !== undefined) return err(refusal)
      return await deadline.race(readBody(response, bounds.maxBytes))
    } catch (error) {
      return err({ why: deadline.reason() ?? describeFault(error) })
    } finally {
      deadline.stop()
      // Releases the connection if the body was not read to its end; it may already be locked or gone.
      if (response?.body?.locked === false) void response.body.cancel().catch(() => undefined)
    }
  }
}

/** With Bun's own option. */
interface FetchInit extends RequestInit {
  readonly decompress: boolean
}

const send = (
  url: string,
  validators: Validators | undefined,
  signal: AbortSignal,
  fetch: Fetch,
): Promise<Response> => {
  const init: FetchInit = {
    method: 'GET',
    // A redirect would let the server choose another target, for example inside the operator's network.
    redirect: 'manual',
    credentials: 'omit',
    headers: { accept: 'application/json', 'accept-encoding': 'identity', ...conditions(validators) },
    // Bun inflates ahead of the reader: a bomb of 0.5 MB took 150 MB before the answer could be refused.
    decompress: false,
    signal,
  }
  return fetch(url, init)
}

const hasValidator = (validators: Validators | undefined): boolean =>
  validators?.etag !== undefined || validators?.lastModified !== undefined

const conditions = ({ etag, lastModified }: Validators = {}): Readonly<Record<string, string>> => ({
  ...(etag === undefined ? {} : { 'if-none-match': etag }),
  ...(lastModified === undefined ? {} : { 'if-modified-since': lastModified }),
})

function findRefusal(response: Response, { maxBytes }: FetchBounds): FetchFailure | undefined {
  const { status } = response
  if (
    response.type === 'opaqueredirect' ||
    response.redirected ||
    (status >= 300 && status < 400 && status !== 304)
  ) {
    return { why: `the server redirects (status ${status}), which is not followed`, status }
  }
  if (status !== 200) {
    const retryAfter = response.headers.get('retry-after')
    return {
      why: `the server answered ${status}`,
      status,
      ...(retryAfter === null ? {} : { retryAfter }),
    }
  }
  if (!isPlain(response.headers.get('content-encoding'))) {
    return { why: 'the answer is compressed (`Content-Encoding`), though `identity` was asked for' }
  }
  // An unreadable number is ignored: the bytes are counted anyway.
  const declared = Number(response.headers.get('content-length') ?? 0)
  return declared > maxBytes ? tooLarge(maxBytes) : undefined
}

/** Not compressed. Empty elements of a list mean nothing (RFC 9110 §5.6.1.2). */
const isPlain = (encoding: string | null): boolean =>
  encoding === null || encoding.split(',').every((one) => /^[ \t]*(?:identity)?[ \t]*$/i.test(one))

const tooLarge = (maxBytes: number): FetchFailure => ({ why: `the answer is larger than ${maxBytes} bytes` })

async function readBody(
  response: Response,
  maxBytes: number,
): Promise<Result<FetchedDocument, FetchFailure>> {
  const { body, headers } = response
  if (body === null) return ok({ status: 200, bytes: new Uint8Array(0), headers })
  const reader = body.getReader()
  const chunks: Uint8Array[] = []
  let total = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    total += value.length
    if (total > maxBytes) {
      void reader.cancel().catch(() => undefined)
      return err(tooLarge(maxBytes))
    }
    chunks.push(value)
  }
  return ok({ status: 200, bytes: new Uint8Array(Buffer.concat(chunks)), headers })
}

interface Deadline {
  readonly signal: AbortSignal
  /** Rejects at the deadline, even if the runtime's fetch ignores the signal. */
  race<T>(work: Promise<T>): Promise<T>
  /** Why it ended early, if it did. */
  reason(): string | undefined
  stop(): void
}

function startDeadline(timeoutMs: number, outer: AbortSignal, deps: Pick<KeyDeps, 'setTimer'>): Deadline {
  const controller = new AbortController()
  let reason: string | undefined
  let reject = (_error: Error): void => undefined
  const ended = new Promise<never>((_resolve, rejectEnded) => {
    reject = rejectEnded
  })
  // It may reject while nothing awaits it.
  ended.catch(() => undefined)
  const end = (why: string): void => {
    reason ??= why
    controller.abort()
    reject(new Error(why))
  }
  const onOuterAbort = (): void => end('stopped')
  const cancelTimer = deps.setTimer(() => end(`no complete answer within ${timeoutMs} ms`), timeoutMs)
  outer.addEventListener('abort', onOuterAbort)
  if (outer.aborted) onOuterAbort()
  return {
    signal: controller.signal,
    race: (work) => Promise.race([work, ended]),
    reason: () => reason,
    stop() {
      cancelTimer()
      outer.removeEventListener('abort', onOuterAbort)
    },
  }
}

const describeFault = (error: unknown): string =>
  error instanceof ReachError ? error.message : `no connection (${codeOf(error)})`

/** The code of a failed connection (`ECONNREFUSED`, `CERT_HAS_EXPIRED`); its message may quote anything. */
function codeOf(error: unknown): string {
  const { code, cause } = (error ?? {}) as { readonly code?: unknown; readonly cause?: unknown }
  // Node wraps the error of the socket, Bun does not.
  const inner = (cause as { readonly code?: unknown } | null | undefined)?.code
  const found = [inner, code].find((value) => typeof value === 'string' && /^\w{1,60}$/.test(value))
  return typeof found === 'string' ? found : 'network error'
}
