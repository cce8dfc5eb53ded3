/**
 * One request through `forward_auth` as a text: what the client asked, what the service was asked and answered, what
 * the client and the application received. Recorded with the real service, replayed without it.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect } from 'bun:test'
import type { AuthSite } from './auth-site.ts'
import type { HttpMessage } from './live/http-message.ts'
import { ask, requestText, type RawRequest } from './live/raw-client.ts'

/** Words of a recording that differ from run to run → what is written in their place. */
export type Placeholders = Readonly<Record<string, string>>

const FOLDER = new URL('../golden/auth-services/', import.meta.url)
const SEPARATOR = '----------\n'
// Of each run, or of one connection, or of the version.
const NOT_KEPT = /^(?:date|content-length|connection|keep-alive|transfer-encoding|server|x-decision-id)$/i
/** What is looked at of the answer to the client, beside its status. */
const TOLD = /^(?:location|www-authenticate|set-cookie|x-decision-reason)$/i

/**
 * Asks once, and writes down what became of it.
 *
 * @param exchange What the service was asked and answered for it.
 * @param granted Names of headers that the application gets from the service, in any case.
 */
export async function recordTranscript(
  site: AuthSite,
  request: RawRequest,
  exchange: () => { readonly question: HttpMessage; readonly answer: HttpMessage } | undefined,
  granted: readonly string[],
  placeholders: Placeholders,
): Promise<string> {
  const before = site.app.received.length
  const told = await ask(site.gateway.port, request)
  const received = site.app.received[before]
  const asked = exchange()
  const isGranted = (name: string): boolean => granted.some((one) => one.toLowerCase() === name.toLowerCase())
  const parts = [
    requestText(request).replaceAll('\r\n', '\n').trimEnd(),
    asked === undefined ? 'not asked' : headText(asked.question, () => true),
    asked === undefined ? '' : headText(asked.answer, () => true),
    headText(told, (name) => TOLD.test(name)),
    received === undefined ? 'nothing' : headText(received, isGranted),
  ]
  let text = parts.map((part) => `${part}\n`).join(SEPARATOR)
  for (const [found, written] of Object.entries(placeholders)) text = text.replaceAll(found, written)
  return text
}

const headText = ({ startLine, headers }: HttpMessage, isKept: (name: string) => boolean): string =>
  [
    startLine,
    ...headers
      .filter(([name]) => !NOT_KEPT.test(name) && isKept(name))
      .map(([name, value]) => (value === '' ? `${name}:` : `${name}: ${value}`)),
  ].join('\n')

/** Compares with the golden file; UPDATE_GOLDEN=1 writes it: read the difference before you commit it. */
export function expectTranscript(service: string, name: string, text: string): void {
  const file = new URL(`${service}/${name}.txt`, FOLDER)
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(new URL('.', file), { recursive: true })
    writeFileSync(file, text)
  }
  expect(text).toBe(existsSync(file) ? readFileSync(file, 'utf8') : 'no such file')
}

export interface ReplayCase {
  readonly name: string
  readonly request: RawRequest
  /** Of the service, as it is sent. */
  readonly answer: string
  /** The same, as it was recorded. */
  readonly message: HttpMessage
}

/** The recorded cases of a service. */
export const recordedCases = (service: string): readonly ReplayCase[] =>
  readdirSync(new URL(`${service}/`, FOLDER))
    .sort()
    .map((file) => {
      const [asked = '', , answer = ''] = readFileSync(new URL(`${service}/${file}`, FOLDER), 'utf8').split(
        SEPARATOR,
      )
      return {
        name: file.slice(0, -'.txt'.length),
        request: parseRequest(asked),
        answer: wholeAnswer(answer),
        message: parseHead(answer),
      }
    })

function parseHead(text: string): HttpMessage {
  const [startLine = '', ...fields] = text.trimEnd().split('\n')
  const headers = fields.map((field) => {
    const colon = field.indexOf(':')
    return [field.slice(0, colon), field.slice(colon + 1).trim()] as const
  })
  return { startLine, headers, body: '' }
}

function parseRequest(text: string): RawRequest {
  const [head = '', body] = text.trimEnd().split('\n\n')
  const { startLine, headers } = parseHead(head)
  const [method = '', target = ''] = startLine.split(' ')
  const host = headers.find(([name]) => name === 'Host')?.[1] ?? ''
  const others = headers.filter(([name]) => name !== 'Host' && name !== 'Content-Length')
  return { method, target, host, headers: others, ...(body === undefined ? {} : { body }) }
}

/** Without the body, which is not read. */
const wholeAnswer = (text: string): string =>
  `${text.trimEnd().replaceAll('\n', '\r\n')}\r\nContent-Length: 0\r\n\r\n`
