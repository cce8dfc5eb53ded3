/** Which of the candidate keys made a token's signature, if any. */
import { isAlgorithm } from '../syntax/algorithms.ts'
import type { VerificationKey } from '../keys/verification-key.ts'
import type { DecodedJws } from './decode-jws.ts'

/** The only place where a signature is checked. Undefined: none of them did. */
export function findVerifyingKey(
  jws: DecodedJws,
  candidates: readonly VerificationKey[],
): VerificationKey | undefined {
  const { alg } = jws.header
  // Refused by the issuer's algorithms before; an empty signature is no signature whatever the algorithm.
  if (!isAlgorithm(alg) || jws.signature.length === 0) return undefined
  return candidates.find((key) => key.verifiers.get(alg)?.(jws.signingInput, jws.signature) === true)
}
