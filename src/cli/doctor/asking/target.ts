/** Where doctor asks: the URL of the site, and the address at which it is reached. */
import { isIP } from 'node:net'
import { parseUrl } from '../../../syntax/parse-url.ts'
import { usageError } from '../../usage-error.ts'

export interface Target {
  /** The URL, without user and query. */
  readonly url: string
  readonly scheme: 'http' | 'https'
  /** Host of the URL: lower case, IPv6 in brackets. */
  readonly host: string
  /** For `Host`: with the port unless it is the scheme's own. */
  readonly authority: string
  /** Raw path and query to ask for. */
  readonly path: string
  readonly query: string
  /** Where to connect. */
  readonly connect: { readonly host: string; readonly port: number }
  /** For TLS; undefined for an address, for which none is sent. */
  readonly serverName: string | undefined
  /** Authorities in PEM form besides those of the system. */
  readonly ca: Buffer | undefined
}

export interface TargetFlags {
  readonly path?: string
  readonly connect?: string
}

const PATH = /^\/[\x21\x22\x24-\x7e]*$/
const CONNECT = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/

/** @throws WarderError ERR_CLI_USAGE */
export function readTarget(text: string, flags: TargetFlags, ca: Buffer | undefined): Target {
  const url = parseUrl(text)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.username !== '')
    throw usageError(
      'the first argument is not the URL of a site',
      'write warder doctor https://api.example.com/orders/42',
    )
  const asked = flags.path ?? `${url.pathname}${url.search}`
  if (!PATH.test(asked)) throw usageError('--path: not a path', 'write --path /orders/42')
  const question = asked.indexOf('?')
  const isTls = url.protocol === 'https:'
  const name = url.hostname.replace(/^\[(.*)\]$/, '$1')
  return {
    url: `${url.protocol}//${url.host}${url.pathname}`,
    scheme: isTls ? 'https' : 'http',
    host: url.hostname,
    authority: url.host,
    path: question < 0 ? asked : asked.slice(0, question),
    query: question < 0 ? '' : asked.slice(question + 1),
    connect:
      flags.connect === undefined
        ? { host: name, port: Number(url.port) || (isTls ? 443 : 80) }
        : readConnect(flags.connect),
    serverName: isTls && isIP(name) === 0 ? name : undefined,
    ca,
  }
}

function readConnect(text: string): Target['connect'] {
  const [, bracketed, plain, digits] = CONNECT.exec(text) ?? []
  const host = bracketed ?? plain
  const port = Number(digits)
  if (host !== undefined && port >= 1 && port <= 65_535) return { host, port }
  throw usageError('--connect: not host:port', 'write --connect 127.0.0.1:8080 or --connect [::1]:8080')
}

/** The target of a plain request. */
export const plainTarget = ({ path, query }: Target): string => (query === '' ? path : `${path}?${query}`)
