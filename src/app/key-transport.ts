/** Reaching keys that are not simply there: own CA, client certificate, credentials, socket, proxy, checked address. */
import { lookup } from 'node:dns/promises'
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import type { KeyDeps } from '../keys/key-deps.ts'
import type { ReachSettings } from '../keys/key-settings.ts'
import { ReachError } from '../keys/reach.ts'
import { isPublicAddress } from './public-address.ts'

export interface KeyTransportDeps {
  readonly readFileSync: (path: string) => Uint8Array
  /** Every address of a host name, in the order in which they are tried. */
  readonly resolve: (host: string) => Promise<readonly string[]>
  readonly isPublicAddress: (address: string) => boolean
}

const SYSTEM: KeyTransportDeps = {
  readFileSync: (path) => readFileSync(path),
  resolve: async (host) => (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address),
  isPublicAddress,
}

/** Most addresses of one name that are tried. */
const MAX_ADDRESSES = 4

/**
 * Makes the `fetchVia` of key sources. It leans on what Bun's fetch has beyond the standard; undefined on other
 * runtimes, which would leave those settings out without a word.
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
  // The announced key set may be on another host, and must not be handed our credentials.
  const isTrusted = target.origin === origin
  if (isTrusted) addCredentials(headers, reach, deps)
  const options: BunFetchRequestInit = {
    ...init,
    headers,
    tls: readTls(reach, isTrusted, deps),
    // A kept connection would outlive the check of its address, and the certificate that it was opened with.
    keepalive: false,
    ...(reach.unixPath === undefined ? {} : { unix: reach.unixPath }),
    ...(reach.proxyUrl === undefined ? {} : { proxy: reach.proxyUrl }),
  }
  return reach.denyPrivateAddresses === true ? sendPinned(target, options, deps) : fetch(url, options)
}

function addCredentials(headers: Headers, reach: ReachSettings, deps: KeyTransportDeps): void {
  for (const [name, value] of Object.entries(reach.headers ?? {})) headers.set(name, value)
  if (reach.bearerFile === undefined) return
  const token = readText('bearer_file', reach.bearerFile, deps).trim()
  // RFC 6750 §2.1; a line feed inside would be a second header.
  if (!/^[A-Za-z0-9\-._~+/]+=*$/.test(token))
    throw new ReachError(`bearer_file ${reach.bearerFile} holds no token`)
  headers.set('authorization', `Bearer ${token}`)
}

function readTls(reach: ReachSettings, isTrusted: boolean, deps: KeyTransportDeps): Bun.TLSOptions {
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
 * Resolves once, checks every answer, and connects to an address that was checked: a name that answers otherwise a
 * moment later changes nothing. The certificate is still the one of the name.
 */
async function sendPinned(
  target: URL,
  options: BunFetchRequestInit,
  deps: KeyTransportDeps,
): Promise<Response> {
  const host = target.hostname.replace(/^\[|\]$/g, '')
  const addresses = isIP(host) === 0 ? await deps.resolve(host) : [host]
  const denied = addresses.find((address) => !deps.isPublicAddress(address))
  if (denied !== undefined)
    throw new ReachError(`${host} is at ${denied}, and \`deny_private_addresses\` is on`)
  const headers = new Headers(options.headers)
  headers.set('host', target.host)
  const tls = isIP(host) === 0 ? { ...options.tls, serverName: host } : options.tls
  let fault: unknown = new ReachError(`${host} has no address`)
  for (const address of addresses.slice(0, MAX_ADDRESSES)) {
    const pinned = new URL(target)
    pinned.hostname = isIP(address) === 6 ? `[${address}]` : address
    try {
      return await fetch(pinned.href, { ...options, headers, ...(tls === undefined ? {} : { tls }) })
    } catch (error) {
      if (options.signal?.aborted === true) throw error
      fault = error
    }
  }
  throw fault
}
