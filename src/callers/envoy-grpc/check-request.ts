/**
 * Reads `envoy.service.auth.v3.CheckRequest`: what Envoy, and others that ask like it, know about a request. The numbers
 * of the fields are those of check.proto.
 */
import type { HeaderReader } from '../../request/authz-request.ts'
import { MalformedMessage, MessageReader } from './protobuf-reader.ts'

/** A Check as it arrived; texts that were not sent are empty. */
export interface CheckRequest {
  /** Whether the request to judge is described at all: `attributes.request.http`. */
  readonly hasHttp: boolean
  readonly method: string
  /** Raw, with the query. */
  readonly path: string
  readonly host: string
  readonly scheme: string
  readonly headers: CheckHeaders
  /** Address of the client; empty if it is none of IP. */
  readonly clientAddress: string
  /** Values of `context_extensions.policy`. The configuration of the proxy writes them, and clients cannot. */
  readonly policies: readonly string[]
}

/** The client's header fields, those that begin with `:` left out. */
export interface CheckHeaders extends HeaderReader {
  /** In lower case. */
  readonly names: Iterable<string>
}

/** Ten times as many as Envoy accepts by default. */
const MAX_HEADERS = 1_000

/** Undefined if the bytes are no such message. */
export function readCheckRequest(bytes: Buffer): CheckRequest | undefined {
  const draft = new Draft()
  try {
    readFields(new MessageReader(bytes), draft, CHECK_REQUEST)
    return draft
  } catch (fault) {
    if (fault instanceof MalformedMessage) return undefined
    throw fault
  }
}

class Draft implements CheckRequest {
  hasHttp = false
  method = ''
  path = ''
  host = ''
  scheme = ''
  clientAddress = ''
  readonly policies: string[] = []
  readonly headers = new ReadHeaders()
}

class ReadHeaders implements CheckHeaders {
  readonly #values = new Map<string, string>()

  get(lowerCaseName: string): string | null {
    return this.#values.get(lowerCaseName) ?? null
  }

  get names(): Iterable<string> {
    return this.#values.keys()
  }

  /** A field that arrives twice is joined, so that it is found to be repeated (RFC 9110 §5.3). */
  add(name: string, value: string): void {
    if (name.charCodeAt(0) === COLON) return
    const lower = name.toLowerCase()
    const known = this.#values.get(lower)
    if (known === undefined && this.#values.size >= MAX_HEADERS)
      throw new MalformedMessage('too many headers')
    this.#values.set(
      lower,
      known === undefined ? value : `${known}${lower === 'cookie' ? '; ' : ', '}${value}`,
    )
  }
}

const COLON = 0x3a

/** What to do with each field that matters, by its number. */
type Fields = Readonly<Record<number, (reader: MessageReader, draft: Draft) => void>>

function readFields(reader: MessageReader, draft: Draft, fields: Fields): void {
  while (reader.next()) fields[reader.field]?.(reader, draft)
}

const within =
  (fields: Fields) =>
  (reader: MessageReader, draft: Draft): void =>
    readFields(reader.message(), draft, fields)

const SOCKET_ADDRESS: Fields = { 2: (reader, draft) => (draft.clientAddress = reader.text()) }
const ADDRESS: Fields = { 1: within(SOCKET_ADDRESS) }
const PEER: Fields = { 1: within(ADDRESS) }
const HEADER_MAP: Fields = {
  1: (reader, draft) => readPair(reader, (name, value) => draft.headers.add(name, value)),
}
const HTTP: Fields = {
  2: (reader, draft) => (draft.method = reader.text()),
  3: (reader, draft) => readPair(reader, (name, value) => draft.headers.add(name, value)),
  4: (reader, draft) => (draft.path = reader.text()),
  5: (reader, draft) => (draft.host = reader.text()),
  6: (reader, draft) => (draft.scheme = reader.text()),
  // `encode_raw_headers`: fields that arrive several times are apart here.
  13: within(HEADER_MAP),
}
const REQUEST: Fields = {
  2: (reader, draft) => {
    draft.hasHttp = true
    readFields(reader.message(), draft, HTTP)
  },
}
const ATTRIBUTES: Fields = {
  1: within(PEER),
  4: within(REQUEST),
  10: (reader, draft) =>
    readPair(reader, (key, value) => {
      if (key === 'policy') draft.policies.push(value)
    }),
}
const CHECK_REQUEST: Fields = { 1: within(ATTRIBUTES) }

/** The entry of a map, or a header with a text (2) or with bytes (3) as its value. */
function readPair(reader: MessageReader, take: (key: string, value: string) => void): void {
  const entry = reader.message()
  let key = ''
  let value = ''
  while (entry.next()) {
    if (entry.field === 1) key = entry.text()
    else if (entry.field === 2 || (entry.field === 3 && value === '')) value = entry.text()
  }
  take(key, value)
}
