/** Asks the admin API of the origin that the page came from. */
import { createEventReader, type StreamEvent } from './event-stream.ts'
import { readJson } from './read-json.ts'

/** An answer of the admin API that is not the wanted one. */
export class AdminRefusal extends Error {
  /** 0: there was no answer. */
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export interface AdminClient {
  get<T>(path: string, signal?: AbortSignal, form?: 'json' | 'text'): Promise<T>
  post<T>(path: string, body: unknown): Promise<T>
  /** Resolves when the server ends the stream. */
  stream(path: string, onEvent: (event: StreamEvent) => void, signal: AbortSignal): Promise<void>
}

const MAX_MESSAGE = 2_000

/** Any answer takes less, or the page says so. */
const TIMEOUT_MS = 20_000

/**
 * @param token Returns the token of the operator, which is in the memory of this page only; undefined for none.
 * @param onUnauthorized The admin API wants a token, or another one.
 */
export function createAdminClient(token: () => string | undefined, onUnauthorized: () => void): AdminClient {
  const ask = async (path: string, init: RequestInit): Promise<Response> => {
    const headers = new Headers(init.headers)
    const known = token()
    if (known !== undefined) headers.set('authorization', `Bearer ${known}`)
    // Relative, so that the console also works below a path of a proxy.
    const response = await fetch(`.${path}`, {
      ...init,
      headers,
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      cache: 'no-store',
    }).catch((fault: unknown) => {
      throw init.signal?.aborted === true ? fault : new AdminRefusal(0, 'Warder does not answer')
    })
    if (response.ok) return response
    if (response.status === 401) onUnauthorized()
    throw new AdminRefusal(response.status, await messageOf(response))
  }
  return {
    async get<T>(path: string, signal?: AbortSignal, form: 'json' | 'text' = 'json') {
      const deadline = AbortSignal.timeout(TIMEOUT_MS)
      const response = await ask(path, { signal: signal ? AbortSignal.any([signal, deadline]) : deadline })
      const text = await response.text()
      return form === 'text' ? (text as T) : readJson<T>(text)
    },
    async post<T>(path: string, body: unknown) {
      const response = await ask(path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      return readJson<T>(await response.text())
    },
    async stream(path, onEvent, signal) {
      const response = await ask(path, { signal, headers: { accept: 'text/event-stream' } })
      const pieces = response.body?.pipeThrough(new TextDecoderStream()).getReader()
      if (pieces === undefined) return
      const read = createEventReader()
      for (;;) {
        const { done, value } = await pieces.read()
        if (done) return
        for (const event of read(value)) onEvent(event)
      }
    },
  }
}

/** The message of `warder.error/v1`; else the text. */
async function messageOf(response: Response): Promise<string> {
  const text = (await response.text()).trim().slice(0, MAX_MESSAGE)
  try {
    const { message, hints = [] } = readJson<{ message?: string; hints?: readonly string[] }>(text)
    if (typeof message === 'string') return [message, ...hints].join('; ')
  } catch {
    // Not JSON.
  }
  return text === '' ? `status ${response.status}` : text
}
