/** One request to the admin listener of a running Warder, and its whole answer. */
import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as requestHttps } from 'node:https'
import { WarderError } from '../../errors.ts'
import type { AdminTarget } from './admin-target.ts'
import { connectionTrouble, type Trouble } from './connection-trouble.ts'

/** The longest answer that is read, in bytes: the keys of ten thousand issuers, or every decision that is kept. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024

export interface AdminQuestion {
  readonly method: 'GET' | 'POST'
  /** With its query. */
  readonly path: string
  /** Sent as JSON. */
  readonly body?: unknown
}

export interface ServiceAnswer {
  readonly status: number
  readonly text: string
}

export interface SendOptions {
  /** For the whole answer. */
  readonly timeoutMs: number
  /** Added to those about the connection. Default: none. */
  readonly hints?: readonly string[]
  /** Ends the connection earlier. */
  readonly signal?: AbortSignal
}

/**
 * Asks, and reads the answer. It follows no redirect, so that no other server is asked, asks for no compression, which
 * could be a bomb, and takes no proxy from the environment, which would see the token.
 *
 * @throws WarderError ERR_CLI_UNREACHABLE
 */
export async function sendToAdmin(
  target: AdminTarget,
  question: AdminQuestion,
  { timeoutMs, hints = [], signal }: SendOptions,
): Promise<ServiceAnswer> {
  const ending = new AbortController()
  const end = (): void => ending.abort()
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    end()
  }, timeoutMs)
  signal?.addEventListener('abort', end)
  try {
    const response = await openAnswer(target, question, ending.signal)
    return { status: response.statusCode ?? 0, text: await readBounded(response) }
  } catch (fault) {
    const trouble = isLate ? late(timeoutMs) : connectionTrouble(target, fault)
    throw unreachable(target, trouble, fault, hints)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', end)
    end()
  }
}

const late = (timeoutMs: number): Trouble => ({ why: `no answer in ${timeoutMs} ms`, hints: [] })

function unreachable(
  { where, flag }: AdminTarget,
  { why, hints }: Trouble,
  cause: unknown,
  more: readonly string[],
): WarderError {
  const general = `is \`warder serve\` running, and is this its admin listener? Another one: ${flag} URL`
  return new WarderError('ERR_CLI_UNREACHABLE', `${where}: ${why}`, {
    hints: hints.length === 0 ? [general, ...more] : [...hints, ...more],
    cause,
  })
}

/** Asks, and resolves with the head of the answer. */
function openAnswer(
  { url, unix, access }: AdminTarget,
  { method, path, body }: AdminQuestion,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const text = body === undefined ? undefined : JSON.stringify(body)
  const options: RequestOptions & { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer } = {
    method,
    path,
    signal,
    // Every command asks once; nothing is kept.
    agent: false,
    headers: {
      accept: 'application/json, text/plain;q=0.5',
      ...(access.token === undefined ? {} : { authorization: `Bearer ${access.token}` }),
      ...(text === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }),
    },
    ...(unix === undefined
      ? { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: url.port }
      : { socketPath: unix, host: 'localhost' }),
    ...(access.ca === undefined ? {} : { ca: access.ca }),
    ...access.certificate,
  }
  const send = url.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((resolve, reject) => {
    const request = send(options, resolve)
    request.on('error', reject)
    request.end(text)
  })
}

async function readBounded(response: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response) {
    chunks.push(chunk)
    length += chunk.length
    if (length > MAX_ANSWER_BYTES) throw Object.assign(new Error('too long'), { code: 'TOO_LONG' })
  }
  return Buffer.concat(chunks).toString('utf8')
}
