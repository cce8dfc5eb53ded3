/** A token among the subprotocols of a WebSocket: the one header that a browser lets a page write (RFC 6455 §4.1). */
import { ABSENT, MULTIPLE, found, type SourceReading } from './source-reading.ts'
import type { WebSocketProtocolSource } from '../settings/token-source/definition.ts'

/** A token, and the entries that hold it. */
interface TokenEntries {
  readonly token: string
  /** The first one is the entry that a server may select to repeat as little as possible. */
  readonly entries: readonly string[]
}

/**
 * Reads the token after its prefix (`bearer.TOKEN`), or in the entry that follows its marker
 * (`access_token, TOKEN`).
 */
export function readWebSocketProtocol(value: string | null, source: WebSocketProtocolSource): SourceReading {
  if (value === null || !value.includes(source.name)) return ABSENT
  const tokens = new Set(splitProtocols(value, source).tokens.map(({ token }) => token))
  const [token] = tokens
  if (token === undefined) return ABSENT
  return tokens.size > 1 ? MULTIPLE : found(token)
}

/** The subprotocols of a field, apart from those that hold tokens. */
export function splitProtocols(
  value: string,
  source: WebSocketProtocolSource,
): { readonly tokens: readonly TokenEntries[]; readonly others: readonly string[] } {
  const tokens: TokenEntries[] = []
  const others: string[] = []
  const entries = value
    .split(',')
    .map((entry) => entry.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((entry) => entry !== '')
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i] ?? ''
    const next = entries[i + 1]
    if (isPrefix(source.name)) {
      if (!entry.startsWith(source.name)) others.push(entry)
      else tokens.push({ token: decode(entry.slice(source.name.length), source), entries: [entry] })
    } else if (entry === source.name && next !== undefined) {
      tokens.push({ token: decode(next, source), entries: [entry, next] })
      i += 1
    } else others.push(entry)
  }
  return { tokens: tokens.filter(({ token }) => token !== ''), others }
}

/** `bearer.` precedes the token in the same entry; `access_token` is a separate entry. */
export const isPrefix = (name: string): boolean => name.endsWith('.')

/** Text that is not base64url stays unchanged: it has no dots, and is rejected as a malformed token. */
function decode(text: string, { encoding }: WebSocketProtocolSource): string {
  if (encoding === undefined) return text
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes.toString('latin1') : text
}
