/** What the admin listener is shown, and how it is recognised: the files of the flags. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { WarderError } from '../../errors.ts'
import { quoted } from '../../printable.ts'
import type { Cli } from '../cli.ts'
import { readInputFile } from '../read-input.ts'
import { usageError } from '../usage-error.ts'
import type { AdminOptions } from './admin-flags.ts'

export interface ListenerAccess {
  readonly token: string | undefined
  /** How the file of the token was named. */
  readonly tokenFile: string | undefined
  /** Authorities in PEM form in place of those of the system. */
  readonly ca: Buffer | undefined
  readonly certificate: { readonly cert: Buffer; readonly key: Buffer } | undefined
}

/**
 * Reads the files of the flags.
 *
 * @throws WarderError ERR_CLI_USAGE, ERR_CLI_FILE_UNREADABLE, ERR_CLI_TOKEN_ABSENT
 */
export function readAccess(cli: Pick<Cli, 'env'>, options: AdminOptions): ListenerAccess {
  const fromEnv = cli.env['WARDER_ADMIN_TOKEN_FILE'] || undefined
  const tokenFile = options.adminTokenFile ?? fromEnv
  const named = options.adminTokenFile === undefined ? 'WARDER_ADMIN_TOKEN_FILE' : '--admin-token-file'
  return {
    tokenFile,
    token: tokenFile === undefined ? undefined : readAdminToken(named, tokenFile),
    ca: options.caFile === undefined ? undefined : readPem('--ca-file', options.caFile, 'CERTIFICATE'),
    certificate: readClientCertificate(options),
  }
}

/** What a header field can hold; a token is one word. */
const TOKEN = /^[\x21-\x7e]+$/

function readAdminToken(named: string, file: string): string {
  const token = readInputFile(named, file).toString('utf8').trim()
  if (token === '')
    throw new WarderError('ERR_CLI_TOKEN_ABSENT', `${named}: ${quoted(file)} is empty`, {
      hints: ['write the token of `admin.tokens` into it, and nothing else'],
    })
  if (TOKEN.test(token)) return token
  throw usageError(
    `${named}: ${quoted(file)} holds more than a token`,
    'write the token of `admin.tokens` into it, and nothing else',
  )
}

function readClientCertificate({
  clientCertificate,
  clientKey,
}: AdminOptions): ListenerAccess['certificate'] {
  if (clientCertificate === undefined && clientKey === undefined) return undefined
  if (clientCertificate === undefined || clientKey === undefined)
    throw usageError(
      '--client-certificate and --client-key belong together',
      'name both: --client-certificate cert.pem --client-key key.pem',
    )
  const cert = readPem('--client-certificate', clientCertificate, 'CERTIFICATE')
  const key = readPem('--client-key', clientKey, 'PRIVATE KEY')
  if (isKeyOf(cert, key)) return { cert, key }
  throw usageError(
    '--client-key: this is not the key of the certificate in --client-certificate',
    'name the two files that were made together, the key without a passphrase',
  )
}

function readPem(flag: string, file: string, label: 'CERTIFICATE' | 'PRIVATE KEY'): Buffer {
  const content = readInputFile(flag, file)
  if (READERS[label](content)) return content
  throw usageError(
    `${flag}: ${quoted(file)} holds no ${label.toLowerCase()} in PEM form`,
    `name a file with a line -----BEGIN ${label}-----`,
  )
}

/** Whether a file has one that can be used. */
const READERS: Readonly<Record<'CERTIFICATE' | 'PRIVATE KEY', (pem: Buffer) => boolean>> = {
  CERTIFICATE: (pem) => pem.includes('-----BEGIN ') && isReadable(() => new X509Certificate(pem)),
  // One with a passphrase cannot be read, but it is a key.
  'PRIVATE KEY': (pem) => pem.includes('PRIVATE KEY-----'),
}

const isKeyOf = (cert: Buffer, key: Buffer): boolean =>
  isReadable(() => {
    if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) throw new Error('another key')
  })

function isReadable(read: () => unknown): boolean {
  try {
    read()
    return true
  } catch {
    return false
  }
}
