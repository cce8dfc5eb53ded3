/** A key as plain data, for another process of the same service. */
import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto'
import type { Algorithm } from '../../syntax/algorithms.ts'
import { createVerifier } from '../create-verifier.ts'
import type { VerificationKey } from '../verification-key.ts'

/** Everything about a {@link VerificationKey} that can be copied. A secret is in it as it is: for pipes only. */
export interface SharedKey extends Omit<VerificationKey, 'material' | 'verifiers'> {
  readonly kind: 'public' | 'secret'
  /** SubjectPublicKeyInfo in DER (RFC 5280 §4.1), or the bytes of the secret. */
  readonly bytes: Uint8Array
  readonly algorithms: readonly Algorithm[]
}

export function toSharedKey({ material, verifiers, ...rest }: VerificationKey): SharedKey {
  const algorithms = [...verifiers.keys()]
  return material.type === 'secret'
    ? { ...rest, kind: 'secret', bytes: new Uint8Array(material.export()), algorithms }
    : { ...rest, kind: 'public', bytes: toSpki(material), algorithms }
}

/** The key passed every check where it was loaded; its verifiers are bound to its type and curve again. */
export function fromSharedKey({ kind, bytes, algorithms, ...rest }: SharedKey): VerificationKey {
  const material =
    kind === 'secret'
      ? createSecretKey(bytes)
      : createPublicKey({ key: Buffer.from(bytes), format: 'der', type: 'spki' })
  const verifiers = new Map(algorithms.map((algorithm) => [algorithm, createVerifier(material, algorithm)]))
  return { ...rest, material, verifiers }
}

const toSpki = (key: KeyObject): Uint8Array => new Uint8Array(key.export({ type: 'spki', format: 'der' }))
