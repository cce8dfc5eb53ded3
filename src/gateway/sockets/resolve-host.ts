/** Addresses of a host name, as the system knows them: hosts file, DNS of containers, search domains. */
import { lookup } from 'node:dns/promises'

/** What a lookup found. Only `none` is an answer about the name: `failed` says nothing about it. */
export type Resolution =
  /** Never empty, no duplicates, in the order of the system (RFC 6724). */
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] }
  /** The name does not exist, or has no address. */
  | { readonly kind: 'none'; readonly why: string }
  /** No DNS server has answered, or it could not answer. */
  | { readonly kind: 'failed'; readonly why: string }

/** Never rejects. */
export type ResolveHost = (host: string) => Promise<Resolution>

/** Returns the addresses of a name, or rejects with the code of the system's resolver. */
export type Lookup = (host: string) => Promise<readonly { readonly address: string }[]>

/**
 * The runtime runs lookups in four threads, which password verification needs too. A DNS server that does not answer
 * holds a thread for ten seconds: four of those stopped every login for as long (measured).
 */
const AT_ONCE = 2

// This is getaddrinfo, which remembers nothing; the runtime's own connections and c-ares both hold answers for a while.
const systemLookup: Lookup = (host) => lookup(host, { all: true, verbatim: true })

/** @param ask For tests. Default: the system. */
export function createResolveHost(ask: Lookup = systemLookup): ResolveHost {
  const waiting: (() => void)[] = []
  let active = 0
  const turn = (): Promise<void> | undefined => {
    if (active < AT_ONCE) {
      active += 1
      return undefined
    }
    return new Promise((resolve) => waiting.push(resolve))
  }
  const passTurn = (): void => {
    const next = waiting.shift()
    if (next === undefined) active -= 1
    else next()
  }
  return async (host) => {
    await turn()
    try {
      return toResolution(await ask(host))
    } catch (error) {
      return toFailure(error)
    } finally {
      passTurn()
    }
  }
}

/** One for the whole process, because the threads are. */
export const resolveHost: ResolveHost = createResolveHost()

/** DNS filters answer like this. Connecting there would reach this machine: perhaps the gateway itself. */
const UNSPECIFIED: ReadonlySet<string> = new Set(['0.0.0.0', '::'])

function toResolution(found: readonly { readonly address: string }[]): Resolution {
  const addresses = [...new Set(found.map(({ address }) => address))].filter(
    (address) => !UNSPECIFIED.has(address),
  )
  return addresses.length === 0 ? { kind: 'none', why: 'no address' } : { kind: 'addresses', addresses }
}

function toFailure(error: unknown): Resolution {
  const { code } = (error ?? {}) as { readonly code?: unknown }
  const why = typeof code === 'string' ? code : 'lookup failed'
  return { kind: why === 'ENOTFOUND' || why === 'ENODATA' ? 'none' : 'failed', why }
}
