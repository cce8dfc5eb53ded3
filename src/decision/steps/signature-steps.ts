/** Whether a token is genuine: its form, its issuer, the issuer's key and the signature. */
import { describeFound } from '../../claims/describe-found.ts'
import { decodeJws, type DecodedJws } from '../../jwt/decode-jws.ts'
import { isAcceptedTyp } from '../../jwt/check-typ.ts'
import { findVerifyingKey } from '../../jwt/find-verifying-key.ts'
import { pickIssuer } from '../../jwt/issuer.ts'
import { isKeyOfTenant, type TenantTemplate } from '../../jwt/tenant-template.ts'
import { isAlgorithm } from '../../syntax/algorithms.ts'
import type { KeyLookup } from '../../keys/key-source.ts'
import type { VerificationKey } from '../../keys/verification-key.ts'
import { shortened } from '../denial.ts'
import type { Trial } from '../trial.ts'
import { NOT_REACHED, PASSED, type Settled, type Step, type StepOutcome } from './step.ts'

/** Characters of an `iss`; real ones are URLs of half the length. */
const MAX_ISS = 128

/** Only signed JWTs can be verified: Warder neither decrypts nor asks the issuer. */
function headerStep(trial: Trial): Settled {
  if (trial.extracted === undefined) return NOT_REACHED
  const jws = decodeJws(trial.extracted.token, trial.guard.readHeader)
  if (!jws.ok) return jws.error
  trial.jws = jws.value
  return PASSED
}

function issuerStep(trial: Trial): Settled {
  const { policy, jws } = trial
  if (policy === undefined || jws === undefined) return NOT_REACHED
  const iss = Object.hasOwn(jws.claims, 'iss') ? jws.claims['iss'] : undefined
  trial.issuer = pickIssuer(policy.issuers, iss)
  if (trial.issuer !== undefined) return PASSED
  return {
    reason: 'issuer_unknown',
    iss: typeof iss === 'string' ? shortened(iss, MAX_ISS) : describeFound(iss),
  }
}

function algorithmStep(trial: Trial): Settled {
  const { issuer, jws } = trial
  if (issuer === undefined || jws === undefined) return NOT_REACHED
  const { alg, typ } = jws.header
  if (!issuer.algorithms.has(alg))
    return { reason: 'alg_not_allowed', alg: shortened(alg), accepted: issuer.settings.algorithms }
  if (isAcceptedTyp(typ, issuer.typ)) return PASSED
  return { reason: 'typ_not_allowed', typ: typ && shortened(typ), accepted: [...(issuer.typ ?? [])] }
}

function keyStep(trial: Trial): StepOutcome {
  const { issuer, jws } = trial
  if (issuer === undefined || jws === undefined || !isAlgorithm(jws.header.alg)) return NOT_REACHED
  const { kid, alg } = jws.header
  if (kid === undefined && issuer.settings.requireKid) return { reason: 'kid_missing' }
  const lookup = issuer.keys.lookup(kid, alg, !trial.isRerun)
  if (lookup.state !== 'pending') return takeKeys(trial, kid, lookup)
  return lookup.settled.then(() => takeKeys(trial, kid, issuer.keys.lookup(kid, alg, false)))
}

function takeKeys(trial: Trial, kid: string | undefined, lookup: KeyLookup): Settled {
  trial.keyAnswer = lookup
  switch (lookup.state) {
    case 'found':
      trial.candidates = lookup.keys
      trial.missingKeysSeconds = lookup.othersRetryAfterSeconds
      trial.isNameElsewhere = lookup.isNameElsewhere === true
      return PASSED
    case 'pending':
      // A second wait is a bug in the source, and could delay the request forever.
      return { reason: 'internal_error', at: 'key' }
    case 'unavailable':
      return { reason: 'keys_unavailable', retryAfterSeconds: lookup.retryAfterSeconds }
    case 'kid_unknown':
      return { reason: 'kid_unknown', kid: shortened(kid ?? '') }
    case 'kid_missing':
      return { reason: 'kid_missing' }
    case 'unsuitable':
      return { reason: 'key_unsuitable', kid: kid && shortened(kid) }
  }
}

function signatureStep(trial: Trial): Settled {
  if (trial.candidates === undefined || trial.jws === undefined) return NOT_REACHED
  trial.key = findVerifyingKey(trial.jws, trial.candidates)
  if (trial.key === undefined) return unverified(trial)
  const template = trial.issuer?.template
  if (template !== undefined) trial.key = findKeyOfTenant(template, trial.key, trial.jws, trial.candidates)
  const { kid } = trial.jws.header
  if (trial.key === undefined)
    return { reason: 'key_unsuitable', kid: kid && shortened(kid), isOtherTenant: true }
  if (!trial.isRerun) trial.issuer?.keys.noteUse(trial.key)
  return PASSED
}

/** The key that made the signature, in its entry for this tenant: one set may list it for several. */
const findKeyOfTenant = (
  template: TenantTemplate,
  { thumbprint }: VerificationKey,
  { claims }: DecodedJws,
  candidates: readonly VerificationKey[],
): VerificationKey | undefined =>
  candidates.find(
    (key) => key.thumbprint === thumbprint && isKeyOfTenant(template, key.issuer, claims['iss']),
  )

/** While one of the issuer's key sources is unavailable, a signature that no known key made may still be good. */
function unverified({ missingKeysSeconds: retryAfterSeconds, isNameElsewhere, jws }: Trial): Settled {
  const kid = jws?.header.kid
  const named = kid === undefined ? {} : { kid: shortened(kid) }
  if (isNameElsewhere) return { reason: 'signature_invalid', ...named, isKidElsewhere: true }
  if (retryAfterSeconds === undefined) return { reason: 'signature_invalid', ...named }
  return { reason: 'keys_unavailable', retryAfterSeconds, isUnverified: true }
}

/** In order of cost; nothing of a token counts before `signature`. */
export const SIGNATURE_STEPS: readonly Step[] = [
  { name: 'header', run: headerStep },
  { name: 'issuer', run: issuerStep },
  { name: 'algorithm', run: algorithmStep },
  { name: 'key', run: keyStep },
  { name: 'signature', run: signatureStep },
]
