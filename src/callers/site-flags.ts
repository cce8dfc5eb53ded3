/** Flags that the snippets of several proxies have, and their mistakes. */
import { err, ok, type Result } from '../result.ts'
import type { FlagMistake, SnippetFlag, SnippetFlags } from './proxy.ts'

/** A site in front of an application. */
export interface Site {
  /** `http://host:port` or `https://host:port`, without a path, so that the judged path is the application's. */
  readonly upstream: string
  /** Empty: every host. */
  readonly serverNames: readonly string[]
  readonly certificate: SiteFiles | undefined
}

/** In PEM form. */
export interface SiteFiles {
  readonly certFile: string
  readonly keyFile: string
}

/** Of a site whose TLS is configured elsewhere. */
export const PLAIN_SITE_FLAGS: readonly SnippetFlag[] = [
  { usage: '--upstream <url>', help: 'the application', value: 'http://127.0.0.1:8000' },
  {
    usage: '--server-name <names>',
    help: 'hosts of the site, with spaces between; _ is every host',
    value: '_',
  },
]

export const SITE_FLAGS: readonly SnippetFlag[] = [
  ...PLAIN_SITE_FLAGS,
  { usage: '--cert <path>', help: 'certificate of the site, in PEM form' },
  { usage: '--key <path>', help: 'its private key' },
]

// Letters, digits and what addresses need: nothing that has a meaning in a configuration.
const HOST = String.raw`(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])`
const UPSTREAM = new RegExp(`^https?://${HOST}(?::([0-9]{1,5}))?$`)
const MAX_PORT = 65_535
const TCP_ADDRESS = new RegExp(`^${HOST}:[0-9]{1,5}$`)
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/
const PATH = /^[A-Za-z0-9_./@:+,=~-]+$/

export const flagMistake = (message: string, hint: string): Result<never, FlagMistake> =>
  err({ message, hint })

/** Whether it is `host:port`, with nothing that has a meaning in a configuration. */
export const isTcpAddress = (address: string): boolean => TCP_ADDRESS.test(address)

/** Whether the host of a URL is an address and no name: certificates name them in another way. */
export const isIpHost = (host: string): boolean => /^(?:\[.*\]|[0-9]+(?:\.[0-9]+){3})$/.test(host)

/** Whether the path of a file can be written into a configuration without quotes. */
export const isPlainPath = (path: string): boolean => PATH.test(path)

export function readSite({
  upstream = '',
  serverName = '',
  cert,
  key,
}: SnippetFlags): Result<Site, FlagMistake> {
  const [application, port = '1'] = UPSTREAM.exec(upstream) ?? []
  if (application === undefined || Number(port) < 1 || Number(port) > MAX_PORT)
    return flagMistake(
      '--upstream: not http://host:port, without a path',
      'write --upstream http://127.0.0.1:8000; the path is passed on unchanged',
    )
  const names = serverName.split(' ')
  if (serverName !== '_' && !names.every((name) => NAME.test(name)))
    return flagMistake(
      '--server-name: not one or more names',
      "write --server-name 'api.example.com www.example.com', or _ for every host",
    )
  const certificate = readCertificate(cert, key)
  if (!certificate.ok) return certificate
  return ok({ upstream, serverNames: serverName === '_' ? [] : names, certificate: certificate.value })
}

function readCertificate(
  certFile: string | undefined,
  keyFile: string | undefined,
): Result<SiteFiles | undefined, FlagMistake> {
  for (const [flag, path] of Object.entries({ '--cert': certFile, '--key': keyFile }))
    if (path !== undefined && !isPlainPath(path))
      return flagMistake(
        `${flag}: this path cannot be written into the configuration`,
        'use a path of letters, digits and `_./@:+,=~-`',
      )
  if (certFile === undefined && keyFile === undefined) return ok(undefined)
  if (certFile !== undefined && keyFile !== undefined) return ok({ certFile, keyFile })
  const missing = certFile === undefined ? '--cert' : '--key'
  return flagMistake(
    `${missing} is missing: a certificate needs its private key, and the key its certificate`,
    'write --cert /etc/ssl/site.pem --key /etc/ssl/site.key',
  )
}
