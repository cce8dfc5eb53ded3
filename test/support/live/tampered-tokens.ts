/** Tokens without a valid signature, made from one that has it. */
import { importJWK, SignJWT, decodeJwt } from 'jose'
import type { SigningJwk } from './provider-handler.ts'

/**
 * Tokens with a signature that does not fit.
 *
 * @param other A key that is not the issuer's, or not any more; it signs under the id of the good one.
 */
export async function tamperWith(token: string, kid: string, other: SigningJwk): Promise<readonly string[]> {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const claims = decodeJwt(token)
  const isFlipped = signature.startsWith('A')
  return [
    `${header}.${encode({ ...claims, sub: 'admin' })}.${signature}`,
    `${header}.${payload}.${isFlipped ? 'B' : 'A'}${signature.slice(1)}`,
    await new SignJWT({ ...claims })
      .setProtectedHeader({ alg: other.alg, typ: 'at+jwt', kid })
      .sign(await importJWK({ ...other }, other.alg)),
  ]
}

/** The same token without a signature, and saying so. */
export function stripSignature(token: string, kid: string): string {
  const [, payload = ''] = token.split('.')
  return `${encode({ alg: 'none', typ: 'at+jwt', kid })}.${payload}.`
}

/** The same token under another key id. */
export function renameKey(token: string, kid: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const fields = JSON.parse(Buffer.from(header, 'base64url').toString()) as Readonly<Record<string, unknown>>
  return `${encode({ ...fields, kid })}.${payload}.${signature}`
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
