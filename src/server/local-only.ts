/** Keeps web pages away from listeners without authentication: only programs of this machine may use them. */
import { isIP } from 'node:net'
import type { HeaderReader } from '../request/authz-request.ts'
import type { HttpHandler } from './http-listener.ts'

const MISDIRECTED = 421
const FORBIDDEN = 403

/**
 * Refuses requests that a web page of another origin could send. The page's name may resolve to this machine (DNS
 * rebinding): then the page and this listener have the same origin, and only `Host` shows the name. Other pages are
 * recognized by `Sec-Fetch-Site` and `Origin`. Programs send neither, and probes send an address as the host.
 *
 * @param hosts Additional names of this machine in lower case; `*.example.com` stands for all names below it.
 */
export function localOnly(
  routes: Readonly<Record<string, HttpHandler>>,
  hosts: () => readonly string[],
): Readonly<Record<string, HttpHandler>> {
  const guarded = Object.entries(routes).map(([path, handle]): [string, HttpHandler] => [
    path,
    async (request) => {
      const refused = refusalOf(request.headers, hosts())
      const response = refused ?? (await handle(request))
      // A page could also embed the answer as an image or a script.
      response.headers.set('cross-origin-resource-policy', 'same-origin')
      response.headers.set('x-content-type-options', 'nosniff')
      return response
    },
  ])
  return Object.fromEntries(guarded)
}

function refusalOf(headers: Headers, hosts: readonly string[]): Response | undefined {
  const foreign = findForeign(headers, headers.get('host') ?? '', hosts, 'http')
  if (foreign === undefined) return undefined
  const { what, message, hints } = foreign
  return refusal(what === 'host' ? MISDIRECTED : FORBIDDEN, [message, ...hints].join('; '))
}

/** What shows that a web page of another origin may have sent a request. */
export interface ForeignRequest {
  readonly what: 'host' | 'origin'
  readonly message: string
  readonly hints: readonly string[]
}

/**
 * @param authority As sent; empty for HTTP/1.0, which has no Host: browsers always send one.
 * @param hosts As in {@link localOnly}.
 * @param scheme Of the listener.
 */
export function findForeign(
  headers: HeaderReader,
  authority: string,
  hosts: readonly string[],
  scheme: 'http' | 'https',
): ForeignRequest | undefined {
  if (authority !== '' && !isLocalHost(authority, hosts))
    return {
      what: 'host',
      message: 'the listener is not asked under this name',
      hints: ['use an IP address or localhost, or add this host to listen.admin_hosts'],
    }
  const site = headers.get('sec-fetch-site')
  const origin = headers.get('origin')
  const isForeign =
    (site !== null && site !== 'same-origin' && site !== 'none') ||
    (origin !== null && origin !== `${scheme}://${authority}`)
  return isForeign
    ? { what: 'origin', message: 'requests from pages of other origins are not allowed', hints: [] }
    : undefined
}

const refusal = (status: number, why: string): Response =>
  new Response(`${why}\n`, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  })

/** `[::1]:9181`, `127.0.0.1`, `localhost.`; then the port. */
const HOST = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9.-]{1,253}))(?::\d{1,5})?$/

function isLocalHost(field: string, hosts: readonly string[]): boolean {
  const [, ipv6, text = ''] = HOST.exec(field) ?? []
  if (ipv6 !== undefined) return isIP(ipv6) === 6
  if (isIP(text) === 4) return true
  const name = text.toLowerCase().replace(/\.$/, '')
  if (name === 'localhost' || name.endsWith('.localhost')) return true
  return hosts.some((host) => (host.startsWith('*.') ? name.endsWith(host.slice(1)) : name === host))
}
