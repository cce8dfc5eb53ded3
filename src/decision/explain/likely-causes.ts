/**
 * What a denial usually means with common identity providers. Only explain shows it, to the operator; the client
 * receives the reason and no more.
 */
import type { DenyReason } from '../reasons.ts'
import type { Trial } from '../trial.ts'
import {
  audienceSlash,
  auth0Userinfo,
  cognito,
  entraAudience,
  keycloakLightweight,
  keycloakMapper,
  microsoftGraph,
} from './causes/audience-causes.ts'
import { claimForm } from './causes/claim-causes.ts'
import { entraCommon, entraVersion, issuerDifference, notInPolicy } from './causes/issuer-causes.ts'
import type { FindCause, LikelyCause } from './causes/likely-cause.ts'
import { removedKey, staleKeys } from './causes/key-causes.ts'
import { encodedPath, headAsGet, letterCase } from './causes/path-causes.ts'
import { scopeAsRole, scopesElsewhere } from './causes/scope-causes.ts'
import {
  idToken,
  logoutToken,
  oldToken,
  opaqueToken,
  refreshToken,
  sharedSecret,
} from './causes/token-kinds.ts'

/** The first cause of the table that fits; undefined if the reason is the whole story. */
export function findLikelyCause(reason: DenyReason, trial: Trial): LikelyCause | undefined {
  for (const find of CAUSES[reason] ?? []) {
    const cause = find(trial)
    if (cause !== undefined) return cause
  }
  return undefined
}

const CAUSES: Readonly<Partial<Record<DenyReason, readonly FindCause[]>>> = {
  token_malformed: [opaqueToken],
  alg_not_allowed: [refreshToken, sharedSecret],
  typ_not_allowed: [logoutToken, idToken],
  issuer_unknown: [notInPolicy, entraVersion, entraCommon, issuerDifference],
  audience_missing: [cognito, keycloakLightweight, keycloakMapper],
  audience_mismatch: [
    refreshToken,
    logoutToken,
    idToken,
    keycloakMapper,
    auth0Userinfo,
    microsoftGraph,
    entraAudience,
    audienceSlash,
  ],
  claim_invalid: [refreshToken, logoutToken, idToken],
  path_ambiguous: [letterCase, encodedPath],
  method_refused: [headAsGet],
  kid_unknown: [removedKey, staleKeys, oldToken],
  signature_invalid: [microsoftGraph],
  claim_rule_failed: [claimForm],
  scope_missing: [scopesElsewhere, scopeAsRole],
}
