/** Resolves host names as the system does: hosts file, DNS of containers, search domains. */
import { lookup } from 'node:dns/promises'

/** What a lookup found. Only `none` is an answer about the name; after `failed`, nothing is known about it. */
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
 * holds a thread for ten seconds: four such lookups stopped every login for as long (measured).
 */
const AT_ONCE = 2
/** Of these, lookups of names whose last lookup failed: one dead zone must not keep all other names waiting. */
const FAILED_AT_ONCE = 1

// This is getaddrinfo, which remembers nothing; the runtime's own connections and c-ares both cache answers.
const systemLookup: Lookup = (host) => lookup(host, { all: true, verbatim: true })

interface Turn {
  readonly host: string
  begin(): void
}

/**
 * Lookups of the same name at the same time are one lookup.
 *
 * @param ask For tests. Default: the system.
 */
export function createResolveHost(ask: Lookup = systemLookup): ResolveHost {
  const underWay = new Map<string, Promise<Resolution>>()
  const waiting: Turn[] = []
  /** Names whose last lookup failed: the next one may hold a thread for as long again. */
  const failed = new Set<string>()
  let active = 0
  let failedActive = 0
  const mayBegin = ({ host }: Turn): boolean =>
    active < AT_ONCE && (failedActive < FAILED_AT_ONCE || !failed.has(host))
  const beginNext = (): void => {
    const at = waiting.findIndex(mayBegin)
    if (at >= 0) waiting.splice(at, 1)[0]?.begin()
  }
  const run = async (host: string, hadFailed: boolean): Promise<Resolution> => {
    active += 1
    if (hadFailed) failedActive += 1
    const resolution = await resolutionOf(ask, host)
    active -= 1
    if (hadFailed) failedActive -= 1
    if (resolution.kind === 'failed') failed.add(host)
    else failed.delete(host)
    underWay.delete(host)
    beginNext()
    return resolution
  }
  return (host) => {
    const same = underWay.get(host)
    if (same !== undefined) return same
    const resolution = new Promise<Resolution>((resolve) => {
      waiting.push({ host, begin: () => resolve(run(host, failed.has(host))) })
    })
    underWay.set(host, resolution)
    beginNext()
    return resolution
  }
}

/** One for the whole process, because the threads are. */
export const resolveHost: ResolveHost = createResolveHost()

/** DNS filters answer with these. Connecting to them would reach this machine, perhaps the gateway itself. */
const UNSPECIFIED: ReadonlySet<string> = new Set(['0.0.0.0', '::'])

async function resolutionOf(ask: Lookup, host: string): Promise<Resolution> {
  try {
    const found = new Set((await ask(host)).map(({ address }) => address))
    const addresses = [...found].filter((address) => !UNSPECIFIED.has(address))
    return addresses.length === 0 ? { kind: 'none', why: 'no address' } : { kind: 'addresses', addresses }
  } catch (error) {
    return toFailure(error)
  }
}

function toFailure(error: unknown): Resolution {
  const { code } = (error ?? {}) as { readonly code?: unknown }
  const why = typeof code === 'string' ? code : 'lookup failed'
  return { kind: why === 'ENOTFOUND' || why === 'ENODATA' ? 'none' : 'failed', why }
}
