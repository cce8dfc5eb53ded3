/** Keys and tokens for the benchmarks, of the usual size of identity providers. */
import { createHmac, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'

export type BenchAlgorithm = 'HS256' | 'RS256' | 'PS256' | 'ES256' | 'EdDSA'

export interface Minter {
  readonly algorithm: BenchAlgorithm
  /** For verifiers: SPKI PEM, or the secret itself for HS256. */
  readonly verifyWith: string
  readonly publicKey: KeyObject | undefined
  /** The public key as the text of a JWK Set; for HS256 an empty set. */
  jwks(): string
  /** A valid token, a different one for each `index`; with `age`, one that was issued so many seconds ago. */
  mint(index: number, age?: number): string
}

export const ISSUER = 'https://idp.bench.example/realms/main'
export const AUDIENCE = 'api://bench'

export function createMinter(algorithm: BenchAlgorithm): Minter {
  const header = encode({ alg: algorithm, typ: 'JWT', kid: 'bench' })
  const { signer, verifyWith, publicKey } = createSigner(algorithm)
  const now = Math.floor(Date.now() / 1000)
  return {
    algorithm,
    verifyWith,
    publicKey,
    jwks() {
      const jwk = { ...publicKey?.export({ format: 'jwk' }), kid: 'bench', alg: algorithm, use: 'sig' }
      return JSON.stringify({ keys: publicKey === undefined ? [] : [jwk] })
    },
    mint(index, age = 0) {
      const input = `${header}.${encode(claimsOf(index, now - age))}`
      return `${input}.${signer(input).toString('base64url')}`
    },
  }
}

function claimsOf(index: number, now: number): Readonly<Record<string, unknown>> {
  return {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: `00000000-0000-4000-8000-${index.toString().padStart(12, '0')}`,
    iat: now,
    exp: now + 3600,
    jti: `bench-${index}`,
    scope: 'openid profile orders:read',
    email: `user-${index}@bench.example`,
    email_verified: true,
    realm_access: { roles: ['clerk', 'auditor'] },
  }
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

interface Signer {
  readonly signer: (input: string) => Buffer
  readonly verifyWith: string
  readonly publicKey: KeyObject | undefined
}

function createSigner(algorithm: BenchAlgorithm): Signer {
  if (algorithm === 'HS256') {
    const secret = randomBytes(32).toString('hex')
    const signer = (input: string): Buffer => createHmac('sha256', secret).update(input).digest()
    return { signer, verifyWith: secret, publicKey: undefined }
  }
  const { privateKey, publicKey } = generateKeys(algorithm)
  const verifyWith = publicKey.export({ type: 'spki', format: 'pem' })
  const signer = (input: string): Buffer =>
    sign(algorithm === 'EdDSA' ? null : 'sha256', Buffer.from(input), {
      key: privateKey,
      ...signOptions(algorithm),
    })
  return { signer, verifyWith, publicKey }
}

/** Options of `sign` and `verify` in addition to the key. */
export function signOptions(algorithm: BenchAlgorithm): {
  readonly dsaEncoding?: 'ieee-p1363'
  readonly padding?: number
  readonly saltLength?: number
} {
  if (algorithm === 'ES256') return { dsaEncoding: 'ieee-p1363' }
  // RSA_PKCS1_PSS_PADDING, with the salt as long as the hash (RFC 7518 §3.5).
  return algorithm === 'PS256' ? { padding: 6, saltLength: 32 } : {}
}

function generateKeys(algorithm: BenchAlgorithm): { privateKey: KeyObject; publicKey: KeyObject } {
  if (algorithm === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' })
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519')
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
}
