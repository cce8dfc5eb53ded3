/** Certificates of the TLS listener, read from files, and chosen by the name that the client asks for. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls'
import { WarderError } from '../../errors.ts'
import type { TlsSettings, UpstreamSettings } from '../settings.ts'

export interface Certificates {
  /** What clients get that name no server. */
  readonly first: SecureContextOptions
  /** For a name (SNI): the first certificate that is for it, else the first of all. */
  contextFor(serverName: string): SecureContext
  readonly asksForClientCertificates: boolean
}

/** Reads a whole file; throws when it cannot. */
type ReadFile = (file: string) => Uint8Array

/** @throws WarderError ERR_GATEWAY_CERTIFICATE when a file cannot be read, or does not fit the others. */
export function loadCertificates(settings: TlsSettings, readFile: ReadFile = readFileSync): Certificates {
  const { clientCaFile } = settings
  const clientCa = clientCaFile === undefined ? undefined : readAuthorities(clientCaFile, readFile)
  const loaded = settings.certificates.map((pair) => load(pair, clientCa, readFile))
  const [first] = loaded
  if (first === undefined) throw new TypeError('no certificate')
  return {
    first: first.options,
    contextFor: (serverName) =>
      (loaded.find(({ leaf }) => leaf.checkHost(serverName) !== undefined) ?? first).context,
    asksForClientCertificates: clientCa !== undefined,
  }
}

/** What a connection to an `https://` server is made with; PEM. */
export interface ServerTrust {
  readonly ca?: Buffer
  readonly cert?: Buffer
  readonly key?: Buffer
}

/**
 * The files of the upstreams, by name of the upstream.
 *
 * @throws WarderError ERR_GATEWAY_CERTIFICATE when a file cannot be read, or does not fit the others.
 */
export function loadServerTrust(
  upstreams: readonly Pick<UpstreamSettings, 'name' | 'caFile' | 'clientCertificate'>[],
  readFile: ReadFile = readFileSync,
): ReadonlyMap<string, ServerTrust> {
  return new Map(
    upstreams.map(({ name, caFile, clientCertificate }) => {
      const ca = caFile === undefined ? {} : { ca: readAuthorities(caFile, readFile) }
      if (clientCertificate === undefined) return [name, ca]
      const { cert, key } = load(clientCertificate, undefined, readFile)
      return [name, { ...ca, cert, key }]
    }),
  )
}

function readAuthorities(file: string, readFile: ReadFile): Buffer {
  const pem = readPem(file, readFile)
  try {
    // Without an authority in it, the usual ones would be trusted.
    void new X509Certificate(pem)
    return pem
  } catch (cause) {
    throw unusable(file, cause)
  }
}

interface Loaded {
  readonly cert: Buffer
  readonly key: Buffer
  readonly leaf: X509Certificate
  readonly options: SecureContextOptions
  readonly context: SecureContext
}

function load(
  { certFile, keyFile }: { readonly certFile: string; readonly keyFile: string },
  clientCa: Buffer | undefined,
  readFile: ReadFile,
): Loaded {
  const cert = readPem(certFile, readFile)
  const key = readPem(keyFile, readFile)
  try {
    const leaf = new X509Certificate(cert)
    if (!leaf.checkPrivateKey(createPrivateKey(key)))
      throw new Error('the key is not that of the certificate')
    const ca = clientCa === undefined ? {} : { ca: clientCa }
    const options: SecureContextOptions = { cert, key, minVersion: 'TLSv1.2', ...ca }
    return { cert, key, leaf, options, context: createSecureContext(options) }
  } catch (cause) {
    throw unusable(`${certFile} with ${keyFile}`, cause)
  }
}

function readPem(file: string, readFile: ReadFile): Buffer {
  try {
    return Buffer.from(readFile(file))
  } catch (cause) {
    throw unusable(file, cause)
  }
}

// The causes speak of files and formats, never of what is in a key.
const unusable = (what: string, cause: unknown): WarderError =>
  new WarderError(
    'ERR_GATEWAY_CERTIFICATE',
    `cannot use ${what}: ${cause instanceof Error ? cause.message : String(cause)}`,
    { hints: ['name a certificate (with its chain) and its private key, both in PEM'], cause },
  )
