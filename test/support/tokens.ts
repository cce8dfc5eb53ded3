/** Tokens minted at every byte level, so that a test can get one thing wrong and everything else right. */
import { constants, createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'

/** 2026-09-21T14:13:20Z: the clock of the tests stands still here. */
export const NOW_SECONDS = 1_790_000_000

export const ISSUER = 'https://idp.example.com/realms/main'
export const HMAC_ISSUER = 'https://hmac.example.com'
export const AUDIENCE = 'api://orders'
export const SECRET = Buffer.from('a shared secret of exactly 64 bytes, for HS256, HS384 and HS512!')

export interface KeyPair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

/** A private key's answer to a signing input: the signature's bytes. */
export type Signer = (signingInput: Uint8Array) => Uint8Array

export const rsaPair = (bits = 2048): KeyPair => generateKeyPairSync('rsa', { modulusLength: bits })
export const ecPair = (namedCurve = 'P-256'): KeyPair => generateKeyPairSync('ec', { namedCurve })
export const edPair = (): KeyPair => generateKeyPairSync('ed25519')

// Made once for all tests of a file: making an RSA key takes a tenth of a second.
export const RSA = rsaPair()
export const EC = ecPair()
export const ED = edPair()

export const hmac =
  (secret: Uint8Array | string, hash = 'sha256'): Signer =>
  (input) =>
    createHmac(hash, secret).update(input).digest()

export const rsa =
  (pair: KeyPair = RSA, hash = 'sha256'): Signer =>
  (input) =>
    sign(hash, input, pair.privateKey)

export const pss =
  (pair: KeyPair = RSA, hash = 'sha256', saltLength: number = constants.RSA_PSS_SALTLEN_DIGEST): Signer =>
  (input) =>
    sign(hash, input, { key: pair.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })

export const ecdsa =
  (pair: KeyPair = EC, hash = 'sha256', dsaEncoding: 'ieee-p1363' | 'der' = 'ieee-p1363'): Signer =>
  (input) =>
    sign(hash, input, { key: pair.privateKey, dsaEncoding })

export const eddsa =
  (pair: KeyPair = ED): Signer =>
  (input) =>
    sign(null, input, pair.privateKey)

export const noSignature: Signer = () => new Uint8Array(0)
/** A signature that does not depend on the input. */
export const constantSignature =
  (signature: Uint8Array): Signer =>
  () =>
    signature

export const encode = (content: string | Uint8Array): string => Buffer.from(content).toString('base64url')

/** Claims of a good token of the main issuer. */
export const goodClaims = (overrides: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  iss: ISSUER,
  sub: 'user-1',
  aud: AUDIENCE,
  iat: NOW_SECONDS - 10,
  exp: NOW_SECONDS + 600,
  ...overrides,
})

/** The good claims as text. */
export const CLAIMS = JSON.stringify(goodClaims())

/** The same with more members at the end. */
export const claimsWith = (members: string): string => `${CLAIMS.slice(0, -1)},${members}}`

/** Signs two segments as they are, canonical or not. */
export function signSegments(header: string, payload: string, signer: Signer): string {
  const input = `${header}.${payload}`
  return `${input}.${encode(signer(Buffer.from(input)))}`
}

/** Signs two texts, JSON or not. */
export const signTexts = (
  header: string | Uint8Array,
  payload: string | Uint8Array,
  signer: Signer,
): string => signSegments(encode(header), encode(payload), signer)

/** What a token is made of; by default a good RS256 token of the main issuer. */
export interface TokenParts {
  readonly header?: Readonly<Record<string, unknown>>
  readonly claims?: Readonly<Record<string, unknown>>
  readonly signer?: Signer
}

export function mint({ header = {}, claims = {}, signer = rsa() }: TokenParts = {}): string {
  const fullHeader = { alg: 'RS256', kid: 'rsa', typ: 'JWT', ...header }
  return signTexts(JSON.stringify(fullHeader), JSON.stringify(goodClaims(claims)), signer)
}

/** A good token whose payload is this text. */
export const mintPayload = (payload: string | Uint8Array): string =>
  signTexts('{"alg":"RS256","kid":"rsa"}', payload, rsa())

/** A good token whose header is this text. */
export const mintHeader = (header: string | Uint8Array, signer: Signer = rsa()): string =>
  signTexts(header, JSON.stringify(goodClaims()), signer)

/** A good token of the issuer with the shared secret. */
export const mintHmac = ({ header = {}, claims = {}, signer = hmac(SECRET) }: TokenParts = {}): string =>
  mint({
    header: { alg: 'HS256', kid: undefined, ...header },
    claims: { iss: HMAC_ISSUER, ...claims },
    signer,
  })
