/** Reaching keys: at the address that their host has now, with own CA, client certificate, credentials, socket, proxy. */
import { isIP } from 'node:net'
import { resolveHost } from '../../http/sockets/resolve-host.ts'
import { tlsServerName } from '../../http/sockets/server-name.ts'
import type { KeyDeps } from '../../keys/key-deps.ts'
import type { ReachSettings } from '../../settings/keys/definition.ts'
import { isForCredentials, ReachError } from '../../keys/fetch/reach.ts'
import { firstAnswer } from './first-answer.ts'
import { isPublicAddress } from './public-address.ts'
import { MAX_READ_BYTES, readBounded } from '../read-bounded.ts'

export interface KeyTransportDeps {
  readonly readFileSync: (path: string) => Uint8Array
  /** Every address of a host name, in the order in which they are tried. */
  readonly resolve: (host: string) => Promise<readonly string[]>
  readonly isPublicAddress: (address: string) => boolean
  readonly env: Readonly<Record<string, string | undefined>>
}

const SYSTEM: KeyTransportDeps = {
  readFileSync: (path) => readBounded(path, MAX_READ_BYTES),
  resolve: async (host) => {
    const resolution = await resolveHost(host)
    if (resolution.kind === 'addresses') return resolution.addresses
    throw Object.assign(new Error(`no address of ${host}`), { code: resolution.why })
  },
  isPublicAddress,
  env: process.env,
}

/**
 * Makes the `fetchVia` of key sources; with no settings, their `fetch`. It leans on what Bun's fetch has beyond the
 * standard; undefined on other runtimes, which would silently ignore those settings.
 */
export function createKeyTransport(deps: Partial<KeyTransportDeps> = {}): KeyDeps['fetchVia'] {
  if (process.versions['bun'] === undefined) return undefined
  const world = { ...SYSTEM, ...deps }
  return (reach, origin) => (url, init) => send(url, init, reach, origin, world)
}

async function send(
  url: string,
  init: RequestInit,
  reach: ReachSettings,
  origin: string,
  deps: KeyTransportDeps,
): Promise<Response> {
  const target = new URL(url)
  const headers = new Headers(init.headers)
  // The announced key set may be on another host, and must not get the credentials.
  const isTrusted = isForCredentials(url, reach, origin)
  if (isTrusted) addCredentials(headers, reach, deps)
  const options: TransportInit = {
    ...init,
    headers,
    tls: readTls(reach, isTrusted, deps),
    // A kept connection would outlive the check of its address, and the certificate that it was opened with.
    keepalive: false,
    ...(reach.unix === undefined ? {} : { unix: reach.unix }),
    ...(reach.proxy === undefined ? {} : { proxy: reach.proxy }),
  }
  const hasOwnWay = reach.unix !== undefined || isProxied(target, reach, deps)
  const mustCheck = reach.denyPrivateAddresses === true
  return hasOwnWay && !mustCheck ? fetch(url, options) : sendPinned(target, options, mustCheck, deps)
}

/** Then the proxy resolves the name, which this machine may not even know. */
const isProxied = (target: URL, { proxy: proxyUrl }: ReachSettings, { env }: KeyTransportDeps): boolean => {
  const name = `${target.protocol.slice(0, -1)}_proxy`
  return [proxyUrl, env[name], env[name.toUpperCase()]].some((proxy) => proxy !== undefined && proxy !== '')
}

/** What this runtime's `fetch` takes beside the standard; Node.js, where the library runs too, has no types for it. */
interface TransportInit extends RequestInit {
  readonly tls?: TransportTls
  readonly unix?: string
  readonly proxy?: string
}

interface TransportTls {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly serverName?: string
}

function addCredentials(headers: Headers, reach: ReachSettings, deps: KeyTransportDeps): void {
  for (const [name, value] of Object.entries(reach.headers ?? {})) headers.set(name, value)
  if (reach.bearerFile === undefined) return
  const token = readText('bearer_file', reach.bearerFile, deps).trim()
  // RFC 6750 §2.1; a line feed inside would be a second header.
  if (!/^[A-Za-z0-9\-._~+/]+=*$/.test(token))
    throw new ReachError(`bearer_file ${reach.bearerFile} has no token`)
  headers.set('authorization', `Bearer ${token}`)
}

function readTls(reach: ReachSettings, isTrusted: boolean, deps: KeyTransportDeps): TransportTls {
  const { caFile, clientCertFile, clientKeyFile } = reach
  const client =
    isTrusted && clientCertFile !== undefined && clientKeyFile !== undefined
      ? {
          cert: readText('client_cert_file', clientCertFile, deps),
          key: readText('client_key_file', clientKeyFile, deps),
        }
      : {}
  return { ...(caFile === undefined ? {} : { ca: readText('ca_file', caFile, deps) }), ...client }
}

function readText(setting: string, file: string, deps: KeyTransportDeps): string {
  try {
    return Buffer.from(deps.readFileSync(file)).toString('utf8')
  } catch {
    throw new ReachError(`${setting} ${file} cannot be read`)
  }
}

/**
 * Resolves once and connects to one of those addresses: the runtime remembers answers of DNS for 30 seconds, in which
 * an address may have become somebody else's. With `mustCheck`, every answer is checked first, and a name that answers
 * otherwise a moment later changes nothing. The certificate is still checked against the name.
 */
async function sendPinned(
  target: URL,
  options: TransportInit,
  mustCheck: boolean,
  deps: KeyTransportDeps,
): Promise<Response> {
  const host = target.hostname.replace(/^\[|\]$/g, '')
  const addresses = isIP(host) === 0 ? await deps.resolve(host) : [host]
  if (addresses.length === 0) throw new ReachError(`${host} has no address`)
  const denied = mustCheck ? addresses.find((address) => !deps.isPublicAddress(address)) : undefined
  if (denied !== undefined)
    throw new ReachError(`${host} is at ${denied}, and \`deny_private_addresses\` is on`)
  const headers = new Headers(options.headers)
  headers.set('host', target.host)
  const serverName = tlsServerName(host)
  const tls = serverName === undefined ? options.tls : { ...options.tls, serverName }
  const all = options.signal
  return firstAnswer(addresses, (address, own) => {
    const pinned = new URL(target)
    pinned.hostname = isIP(address) === 6 ? `[${address}]` : address
    const signal = all === undefined || all === null ? own : AbortSignal.any([all, own])
    return fetch(pinned.href, { ...options, headers, signal, ...(tls === undefined ? {} : { tls }) })
  })
}
