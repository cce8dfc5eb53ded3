/** Keys that `token mint` signs with. */
import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto'
import { decodeSecret, type SecretEncoding } from '../../settings/values/decode-secret.ts'
import { WarderError } from '../../errors.ts'
import { ALGORITHM_NAMES, ALGORITHMS, isAlgorithm, type Algorithm } from '../../syntax/algorithms.ts'
import { fittingAlgorithms } from '../../keys/create-verifier.ts'
import { readInputFile } from '../read-input.ts'
import { unknownName, usageError } from '../usage-error.ts'

/** A key and the algorithms it can sign with. */
export interface MintKey {
  readonly privateKey: KeyObject
  readonly fitting: readonly Algorithm[]
}

const ENCODINGS: readonly SecretEncoding[] = ['utf8', 'base64', 'base64url', 'hex']

/** @throws WarderError ERR_CLI_KEY_UNUSABLE, ERR_CLI_FILE_UNREADABLE, ERR_CLI_USAGE */
export async function readSecretKey(file: string, encoding: string): Promise<MintKey> {
  if (file === '-') throw usageError('--secret-file: a secret is not read from stdin', 'name a file')
  if (!isEncoding(encoding))
    throw usageError('--secret-encoding: not an encoding', `one of: ${ENCODINGS.join(', ')}`)
  const text = readInputFile('--secret-file', file)
    .toString('utf8')
    .replace(/\r?\n$/, '')
  const bytes = decodeSecret(text, encoding)
  if (!bytes.ok) throw unusable('--secret-file', bytes.error.message)
  return fromSecret(bytes.value)
}

/** @throws WarderError ERR_CLI_KEY_UNUSABLE */
export function fromSecret(secret: Uint8Array): MintKey {
  if (secret.length === 0) throw unusable('the secret', 'it is empty')
  const privateKey = createSecretKey(secret)
  return { privateKey, fitting: fittingAlgorithms(privateKey) }
}

/** @throws WarderError ERR_CLI_KEY_UNUSABLE, ERR_CLI_FILE_UNREADABLE, ERR_CLI_USAGE */
export async function readPrivateKey(file: string): Promise<MintKey> {
  if (file === '-') throw usageError('--key-file: a key is not read from stdin', 'name a file')
  const pem = readInputFile('--key-file', file).toString('latin1')
  const privateKey = parsePem(pem)
  const fitting = fittingAlgorithms(createPublicKey(privateKey))
  if (fitting.length === 0) throw unusable('--key-file', 'no algorithm fits this type of key')
  return { privateKey, fitting }
}

function parsePem(pem: string): KeyObject {
  if (/-----BEGIN (?:PUBLIC KEY|CERTIFICATE)/.test(pem))
    throw unusable('--key-file', 'this is a public key; a private key signs')
  try {
    return createPrivateKey(pem)
  } catch {
    // The runtime's own message names OpenSSL routines, which helps nobody.
    const isEncrypted = pem.includes('ENCRYPTED')
    throw unusable(
      '--key-file',
      isEncrypted ? 'the key is encrypted' : 'this is not a private key in PEM form',
    )
  }
}

/**
 * The algorithm to sign with: the one named, else the first of the issuer's that fits, else the first that fits.
 *
 * @throws WarderError ERR_CLI_KEY_UNUSABLE, ERR_CLI_USAGE
 */
export function chooseAlgorithm(
  key: MintKey,
  named: string | undefined,
  preferred: readonly Algorithm[],
): Algorithm {
  if (named !== undefined && !isAlgorithm(named))
    throw unknownName('--alg', 'algorithm', 'algorithms', named, ALGORITHM_NAMES)
  const algorithm = named ?? preferred.find((candidate) => key.fitting.includes(candidate)) ?? key.fitting[0]
  if (algorithm !== undefined && key.fitting.includes(algorithm)) return algorithm
  throw unusable('--alg', `this key is for ${key.fitting.join(', ')}`)
}

/** Why a verifier would refuse the key for being weak; undefined if it would not. */
export function weaknessOf({ privateKey }: MintKey, algorithm: Algorithm): string | undefined {
  const { kind, hashBytes } = ALGORITHMS[algorithm]
  const bytes = privateKey.symmetricKeySize ?? 0
  if (kind !== 'hmac' || bytes >= hashBytes) return undefined
  return `the secret has ${bytes} bytes and ${algorithm} needs ${hashBytes}; Warder refuses it unless allow_short_secret is set`
}

const isEncoding = (text: string): text is SecretEncoding => ENCODINGS.some((one) => one === text)

const unusable = (flag: string, why: string): WarderError =>
  new WarderError('ERR_CLI_KEY_UNUSABLE', `${flag}: ${why}`, {
    hints: [
      'to make one for tests: openssl genpkey -algorithm ed25519 -out key.pem, or openssl rand -hex 32 > secret',
    ],
  })
