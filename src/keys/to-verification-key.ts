/** A public key object, made into a key that can only verify. */
import type { KeyObject } from 'node:crypto'
import { err, ok } from '../result.ts'
import type { Result } from '../result.ts'
import type { Algorithm } from './algorithms.ts'
import { createVerifier } from './create-verifier.ts'
import { fittingAlgorithms } from './key-fit.ts'
import type { PublicKeyFacts } from './public-key-facts.ts'
import type { Verify, VerificationKey } from './verification-key.ts'

/**
 * Gives a checked public key one verifier per algorithm that fits it and is in `allowed`. Fails when none
 * is left; the error says so for people.
 */
export function toVerificationKey(
  key: KeyObject,
  facts: PublicKeyFacts,
  kid: string | undefined,
  allowed: readonly Algorithm[],
): Result<VerificationKey, string> {
  const fitting = fittingAlgorithms(key)
  const verifiers = new Map<Algorithm, Verify>()
  for (const algorithm of fitting) {
    if (allowed.includes(algorithm)) verifiers.set(algorithm, createVerifier(key, algorithm))
  }
  const { description, thumbprint } = facts
  if (verifiers.size > 0) return ok({ kid, thumbprint, description, verifiers })
  if (fitting.length === 0) return err(`no algorithm fits a ${description} key`)
  return err(`a ${description} key is for ${fitting.join(', ')}; accepted here: ${allowed.join(', ')}`)
}
