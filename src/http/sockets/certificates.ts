/** Certificates of the TLS listener, read from files, and chosen by the name that the client asks for. */
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { SecureContext, SecureContextOptions } from 'node:tls'
import { WarderError } from '../../errors.ts'
import type { UpstreamSettings } from '../../settings/upstream/definition.ts'
import type { TlsSettings } from '../../settings/listener/definition.ts'
import { nodeTls } from './late-modules.ts'
import { createSelfSigned } from './self-signed.ts'

export type Certificates = ReturnType<typeof loadCertificates>

/** Reads a whole file; throws when it cannot. */
type ReadFile = (file: string) => Uint8Array

/** A certificate that was made here, and its private key, in PEM. */
export type SelfSigned = ReturnType<typeof createSelfSigned>

/**
 * @param makeSelfSigned Makes the certificate of `selfSigned`. Default: a new one.
 * @throws WarderError ERR_GATEWAY_CERTIFICATE when a file cannot be read, or does not fit the others.
 */
export function loadCertificates(
  settings: TlsSettings,
  readFile: ReadFile = readFileSync,
  makeSelfSigned: () => SelfSigned = () => createSelfSigned(Date.now()),
) {
  const { clientCaFile } = settings
  const clientCa = clientCaFile === undefined ? undefined : readAuthorities(clientCaFile, readFile)
  const missing: string[] = []
  const named = settings.certificates.flatMap((pair) => {
    const file = settings.selfSigned === true ? findMissing(pair, readFile) : undefined
    if (file === undefined) return [load(pair, clientCa, readFile)]
    missing.push(file)
    return []
  })
  const selfSigned = named.length === 0 && settings.selfSigned === true ? makeSelfSigned() : undefined
  const loaded = selfSigned === undefined ? named : [toLoaded(selfSigned, clientCa)]
  const [first] = loaded
  if (first === undefined) throw new TypeError('no certificate')
  return {
    /** For clients that name no server. */
    first: first.options,
    /** For a name (SNI): the first certificate that is valid for it, else the first of all. */
    contextFor: (serverName: string): SecureContext =>
      (loaded.find(({ leaf }) => leaf.checkHost(serverName) !== undefined) ?? first).context,
    asksForClientCertificates: clientCa !== undefined,
    /** Missing files, whose certificates are left out; only with `selfSigned`. */
    missing,
    /** Whether the only certificate is the one that was made here. */
    isSelfSigned: selfSigned !== undefined,
    /** That certificate. */
    selfSigned,
  }
}

/** The files that a connection to an `https://` server is made with, in PEM. */
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

/** A key for what the files contain, not for their names: a changed authority is another one. */
export function trustKey({ ca, cert, key }: ServerTrust): string {
  const hash = createHash('sha256')
  for (const part of [ca, cert, key]) {
    hash.update(part === undefined ? '-' : String(part.length)).update(' ')
    if (part !== undefined) hash.update(part)
  }
  return hash.digest('base64')
}

function readAuthorities(file: string, readFile: ReadFile): Buffer {
  const pem = readPem(file, readFile)
  try {
    // If the file had no authority in it, the usual ones would be trusted.
    void new X509Certificate(pem)
    return pem
  } catch (cause) {
    throw unusable(file, cause)
  }
}

/** Largest certificate, key or bundle of authorities. */
const MAX_FILE_BYTES = 1_048_576

/** Only an absent file is missing: an unusable one may be half written, and stays an error. */
function findMissing({ certFile, keyFile }: CertificateFiles, readFile: ReadFile): string | undefined {
  return [certFile, keyFile].find((file) => {
    try {
      readFile(file)
      return false
    } catch (cause) {
      return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    }
  })
}

type CertificateFiles = TlsSettings['certificates'][number]

function load({ certFile, keyFile }: CertificateFiles, clientCa: Buffer | undefined, readFile: ReadFile) {
  const cert = readPem(certFile, readFile)
  const key = readPem(keyFile, readFile)
  try {
    return toLoaded({ cert, key }, clientCa)
  } catch (cause) {
    throw unusable(`${certFile} with ${keyFile}`, cause)
  }
}

function toLoaded({ cert, key }: SelfSigned, clientCa: Buffer | undefined) {
  const leaf = new X509Certificate(cert)
  if (!leaf.checkPrivateKey(createPrivateKey(key)))
    throw new Error('the private key does not belong to the certificate')
  const ca = clientCa === undefined ? {} : { ca: clientCa }
  const options: SecureContextOptions = { cert, key, minVersion: 'TLSv1.2', ...ca }
  return { cert, key, leaf, options, context: nodeTls().createSecureContext(options) }
}

function readPem(file: string, readFile: ReadFile): Buffer {
  try {
    const pem = Buffer.from(readFile(file))
    // The runtime reads little more than that: only a part of the authorities would be trusted.
    if (pem.length > MAX_FILE_BYTES) throw new Error('the file is larger than 1 MiB')
    return pem
  } catch (cause) {
    throw unusable(file, cause)
  }
}

// The causes name files and formats, never the content of a key.
const unusable = (what: string, cause: unknown): WarderError =>
  new WarderError(
    'ERR_GATEWAY_CERTIFICATE',
    `cannot use ${what}: ${cause instanceof Error ? cause.message : String(cause)}`,
    { hints: ['name a certificate (with its chain) and its private key, both in PEM'], cause },
  )
