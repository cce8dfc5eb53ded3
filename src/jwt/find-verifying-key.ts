/** Which of the candidate keys made a token's signature, if any. */
import { isAlgorithm } from '../syntax/algorithms.ts'
import type { VerificationKey } from '../keys/verification-key.ts'
import type { DecodedJws } from './decode-jws.ts'

/** The only place where a signature is checked. Undefined: none of the candidates made it. */
export function findVerifyingKey(
  jws: DecodedJws,
  candidates: readonly VerificationKey[],
): VerificationKey | undefined {
  const { alg } = jws.header
  // The issuer's algorithms were checked before. An empty signature is invalid for every algorithm.
  if (!isAlgorithm(alg) || jws.signature.length === 0) return undefined
  return candidates.find((key) => key.verifiers.get(alg)?.(jws.signingInput, jws.signature) === true)
}
