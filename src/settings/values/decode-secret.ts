/** The bytes of a shared secret, from the way it is written. */
import { ok, type Result } from '../../result.ts'
import { refuse, type Problem } from '../problem.ts'

export type SecretEncoding = 'utf8' | 'base64' | 'base64url' | 'hex'

const ALPHABETS: Readonly<Record<Exclude<SecretEncoding, 'utf8'>, RegExp>> = {
  base64: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/,
  base64url: /^[A-Za-z0-9_-]*={0,2}$/,
  hex: /^(?:[0-9A-Fa-f]{2})*$/,
}

/** Strict: Node's decoder skips what it does not know, and would quietly yield another secret. */
export function decodeSecret(secret: string, encoding: SecretEncoding): Result<Uint8Array, Problem> {
  if (encoding !== 'utf8' && !ALPHABETS[encoding].test(secret)) {
    const hint = 'set `encoding` to the encoding of the secret: utf8, base64, base64url or hex'
    return refuse('ERR_CONFIG_SECRET_ENCODING', `the secret is not ${encoding}`, hint)
  }
  return ok(new Uint8Array(Buffer.from(secret, encoding)))
}
