/** Who may ask for decisions at all (`trusted_callers`). */
import { hash, timingSafeEqual } from 'node:crypto'
import { compileTrusted } from '../http/sockets/peer-networks.ts'
import type { HeaderReader } from '../request/authz-request.ts'
import type { CallerSecret, TrustedCallerSettings } from '../settings/trusted-caller/definition.ts'

/** @param peer Address of the other side of the connection; empty on a unix socket. */
export type IsTrustedCaller = (peer: string, headers: HeaderReader) => boolean

/** Undefined if everybody may ask who reaches the listener. One of the entries is enough, all of it. */
export function compileTrustedCallers(
  settings: readonly TrustedCallerSettings[],
): IsTrustedCaller | undefined {
  if (settings.length === 0) return undefined
  const entries = settings.map(compileEntry)
  return (peer, headers) => entries.some((isMet) => isMet(peer, headers))
}

function compileEntry({ from, secret }: TrustedCallerSettings): IsTrustedCaller {
  const isFrom = from && compileTrusted(from)
  const knows = secret && compileSecret(secret)
  if (isFrom === undefined && knows === undefined) return () => false
  return (peer, headers) => isFrom?.(peer) !== false && knows?.(headers) !== false
}

function compileSecret({ header, values }: CallerSecret): (headers: HeaderReader) => boolean {
  const name = header.toLowerCase()
  const digests = values.map(digestOf)
  return (headers) => {
    const sent = headers.get(name)
    if (sent === null) return false
    const digest = digestOf(sent)
    // Digests have one length, and every comparison takes the same time.
    return digests.some((one) => timingSafeEqual(one, digest))
  }
}

const digestOf = (text: string): Buffer => hash('sha256', text, 'buffer')
