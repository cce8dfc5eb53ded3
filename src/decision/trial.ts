/** One request on its way to a decision: what each step has found out so far. */
import type { DecodedJws } from '../jwt/decode-jws.ts'
import type { ValidityWindow } from '../jwt/check-times.ts'
import type { Issuer } from '../jwt/issuer.ts'
import type { VerifiedToken } from '../jwt/verified-cache.ts'
import type { KeyLookup } from '../keys/key-source.ts'
import type { VerificationKey } from '../keys/verification-key.ts'
import type { Policy } from '../policy/compile-policy.ts'
import type { Route } from '../policy/compile-routes.ts'
import type { AuthzRequest } from '../request/authz-request.ts'
import type { ExtractedToken } from '../token/extract-token.ts'
import type { FoundRoute } from './find-route.ts'
import type { Guard } from './guard.ts'

/** Fields are undefined until their step has set them; a step that lacks one is not reached. */
export interface Trial {
  readonly guard: Guard
  readonly request: AuthzRequest
  readonly nowSeconds: number
  /** The decision was made before, and its steps run again for a trace. */
  isRerun: boolean
  /** The result of looking for the route, by the caller or here; undefined if there are no routes to ask. */
  found: FoundRoute | undefined
  route: Route | undefined
  policy: Policy | undefined
  /** The request has no token, and its route allows that. */
  isAnonymous: boolean
  extracted: ExtractedToken | undefined
  jws: DecodedJws | undefined
  issuer: Issuer | undefined
  /** What the issuer's keys answered, when nothing had to be waited for any more. */
  keyAnswer: KeyLookup | undefined
  /** Keys that may verify the token; `key` is the one that did. */
  candidates: readonly VerificationKey[] | undefined
  key: VerificationKey | undefined
  /** Seconds until a key source that may have the right key is asked again; undefined if all sources are available. */
  missingKeysSeconds: number | undefined
  /** Whether such a key source may have another key with the token's `kid`. */
  isNameElsewhere: boolean
  window: ValidityWindow | undefined
  identity: readonly string[] | undefined
  /** The result of verification, for this request or an earlier one with the same token. */
  verified: VerifiedToken | undefined
  /** Whom a denied token names, if a key verified it and somebody is to be named. */
  subject: string | undefined
  /** Whether that was an earlier one. */
  isCacheHit: true | undefined
}

/** @param policy Set if the caller names the policy; the routes are not used then. */
export function createTrial(
  guard: Guard,
  request: AuthzRequest,
  nowSeconds: number,
  policy: Policy | undefined,
  found?: FoundRoute,
): Trial {
  return {
    guard,
    request,
    nowSeconds,
    isRerun: false,
    found,
    route: undefined,
    policy,
    isAnonymous: false,
    extracted: undefined,
    jws: undefined,
    issuer: undefined,
    keyAnswer: undefined,
    candidates: undefined,
    key: undefined,
    missingKeysSeconds: undefined,
    isNameElsewhere: false,
    window: undefined,
    identity: undefined,
    verified: undefined,
    subject: undefined,
    isCacheHit: undefined,
  }
}
