/** What `--listen` of `warder snippet nginx` may be: the `listen` directive of nginx, with its parameters. */
import { usageError } from './usage-error.ts'

const ADDRESS =
  /^(?:unix:\/\S+|(?:(?:\*|\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):)?(\d+)|\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)$/
const MAX_PORT = 65_535

/** Parameters with which nginx refuses to start without a certificate. */
const NEEDS_CERTIFICATE: ReadonlySet<string> = new Set(['ssl', 'quic'])

/** @throws WarderError ERR_CLI_USAGE when nginx would refuse the address. */
export function assertListenAddress(listen: string): void {
  const [address = ''] = listen.split(' ')
  const match = ADDRESS.exec(address)
  if (match === null) throw usageError('--listen: not an address of nginx', EXAMPLE)
  const [, port] = match
  if (port !== undefined && (Number(port) < 1 || Number(port) > MAX_PORT))
    throw usageError(`--listen: ${port} is not a port; ports are 1 to ${MAX_PORT}`, EXAMPLE)
}

const EXAMPLE = "write --listen 80, --listen 127.0.0.1:8080, or --listen '443 ssl' with --cert and --key"

/** Files of nginx that prove who the site is. */
export interface SiteCertificate {
  readonly certFile: string
  readonly keyFile: string
}

/**
 * The certificate of the site; undefined for one without TLS.
 *
 * @throws WarderError ERR_CLI_USAGE when nginx would not start with what is given, or not use it.
 */
export function readSiteCertificate(
  listen: string,
  certFile: string | undefined,
  keyFile: string | undefined,
): SiteCertificate | undefined {
  const parameter = listen.split(' ').find((word) => NEEDS_CERTIFICATE.has(word))
  if (parameter === undefined) {
    if (certFile === undefined && keyFile === undefined) return undefined
    throw usageError('--cert, --key: the site is without TLS', "write --listen '443 ssl', or leave them out")
  }
  if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile }
  const missing = [certFile === undefined ? '--cert' : '', keyFile === undefined ? '--key' : '']
  throw usageError(
    `--listen '${listen}' needs ${missing.filter((flag) => flag !== '').join(' and ')}: nginx does not start without a certificate`,
    "write --listen '443 ssl' --cert /etc/ssl/site.pem --key /etc/ssl/site.key, files in PEM form that nginx reads",
  )
}
