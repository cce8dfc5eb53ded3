/** An auth service as a judge of a route. */
import { challengeFor } from '../../../decision/challenge.ts'
import { DENY_ROWS } from '../../../decision/reasons.ts'
import type { ClientRequest } from '../../client/client-request.ts'
import type { ForwardAuthSettings } from '../../../settings/forward-auth/definition.ts'
import { valuesOf } from '../../../http/messages/header-fields.ts'
import { denied, type RouteJudge, type Verdict } from '../judge.ts'
import { signInLocation } from './sign-in.ts'
import type { StripRule } from '../../exchange/strip-token.ts'

/**
 * @param realm Of the challenge to a request that the service is not asked about.
 * @param strip Of the tokens of the route's policies: they are not sent to the login.
 */
export function forwardAuthJudge(
  service: RouteJudge,
  { signIn }: Pick<ForwardAuthSettings, 'signIn'>,
  realm: string,
  strip: StripRule | undefined,
): RouteJudge {
  /** Only a 401 has a remedy: a user who is known, and denied, would come back to the same 403. */
  const withSignIn = (verdict: Verdict, request: ClientRequest): Verdict =>
    verdict.kind === 'denied' && verdict.authDenial?.status === 401 && signIn !== undefined
      ? {
          ...verdict,
          authDenial: { ...verdict.authDenial, location: signInLocation(request, signIn, strip) },
        }
      : verdict
  return {
    ask(request, settled) {
      // The service might read one of two, and the application the other.
      if (valuesOf(request.head.fields, 'authorization').length > 1) {
        settled(multipleCredentials(challengeFor('token_multiple', realm, [])))
        return () => {}
      }
      return service.ask(request, (verdict) => settled(withSignIn(verdict, request)))
    },
  }
}

/** More than one `Authorization` field. */
export const multipleCredentials = (challenge: string | undefined): Verdict =>
  denied({
    denial: { reason: 'token_multiple', field: 'Authorization' },
    status: DENY_ROWS.token_multiple.status,
    challenge,
  })
