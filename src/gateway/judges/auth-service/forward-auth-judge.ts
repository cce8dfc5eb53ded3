/** An auth service as a judge of a route. */
import { challengeFor } from '../../../decision/challenge.ts'
import { DENY_ROWS } from '../../../decision/reasons.ts'
import type { AuthAnswer } from './auth-answer.ts'
import type { AuthService } from './auth-service.ts'
import type { ClientRequest } from '../../client/client-request.ts'
import type { ForwardAuthSettings } from '../../../settings/forward-auth/definition.ts'
import { valuesOf } from '../../http/header-fields.ts'
import { denied, type RouteJudge, type Verdict } from '../judge.ts'
import { signInLocation } from './sign-in.ts'
import type { StripRule } from '../../exchange/strip-token.ts'

/**
 * @param realm Of the challenge to a request that the service is not asked about.
 * @param strip Of the tokens of the route's policies: they are not sent to the login.
 */
export function forwardAuthJudge(
  service: AuthService,
  { signIn }: Pick<ForwardAuthSettings, 'signIn'>,
  realm: string,
  strip: StripRule | undefined,
): RouteJudge {
  /** Only a 401 has a remedy: a user who is known, and denied, would come back to the same 403. */
  const withSignIn = (answer: AuthAnswer, request: ClientRequest): AuthAnswer =>
    answer.kind === 'denied' && answer.status === 401 && signIn !== undefined
      ? { ...answer, location: signInLocation(request, signIn, strip) }
      : answer
  return {
    ask(request, settled) {
      // The service might read one of two, and the application the other.
      if (valuesOf(request.head.fields, 'authorization').length > 1) {
        settled(multipleCredentials(challengeFor('token_multiple', realm, [])))
        return () => {}
      }
      return service.ask(request, (answer) => settled(toVerdict(withSignIn(answer, request))))
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

function toVerdict(answer: AuthAnswer): Verdict {
  switch (answer.kind) {
    case 'allowed':
      return { kind: 'allowed', grant: answer.grant, cookies: answer.cookies }
    case 'denied': {
      const { status } = answer
      return denied({ denial: { reason: 'auth_service_denied', status }, status }, answer)
    }
    case 'failed': {
      const { status, detail } = answer
      return denied({ denial: { reason: 'auth_service_failed', fault: detail }, status })
    }
    case 'header_missing':
      return denied({ denial: { reason: 'header_missing', header: answer.header }, status: 403 })
  }
}
