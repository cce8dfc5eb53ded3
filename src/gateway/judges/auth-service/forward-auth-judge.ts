/** An auth service as the judge of a route: its word as a decision. */
import { challengeFor } from '../../../decision/challenge.ts'
import { DENY_ROWS } from '../../../decision/reasons.ts'
import type { AuthOutcome, AuthService } from './auth-service.ts'
import type { ClientRequest } from '../../client/client-request.ts'
import type { ForwardAuthSettings } from '../../../settings/forward-auth/definition.ts'
import { valuesOf } from '../../http/header-fields.ts'
import { refused, type JudgeOutcome, type RouteJudge } from '../judge.ts'
import { signInLocation } from './sign-in.ts'
import type { StripRule } from '../../exchange/strip-token.ts'

/**
 * @param realm Of the challenge where the service was not asked.
 * @param strip Of the tokens of the route's policies: the login is not sent them.
 */
export function forwardAuthJudge(
  service: AuthService,
  { signIn }: Pick<ForwardAuthSettings, 'signIn'>,
  realm: string,
  strip: StripRule | undefined,
): RouteJudge {
  /** Only a 401 has a remedy: who is known, and refused, would come back to the same 403. */
  const withSignIn = (outcome: AuthOutcome, request: ClientRequest): AuthOutcome =>
    outcome.kind === 'denied' && outcome.status === 401 && signIn !== undefined
      ? { ...outcome, location: signInLocation(request, signIn, strip) }
      : outcome
  return {
    ask(request, settled) {
      // Which of two the service reads, and which of them the application, would be chance.
      if (valuesOf(request.head.fields, 'authorization').length > 1) {
        settled(multipleCredentials(challengeFor('token_multiple', realm, [])))
        return () => {}
      }
      return service.ask(request, (outcome) => settled(toJudgeOutcome(withSignIn(outcome, request))))
    },
  }
}

/** More than one `Authorization` field. */
export const multipleCredentials = (challenge: string | undefined): JudgeOutcome =>
  refused({
    reason: 'token_multiple',
    status: DENY_ROWS.token_multiple.status,
    challenge,
    detail: 'more than one Authorization field',
  })

function toJudgeOutcome(outcome: AuthOutcome): JudgeOutcome {
  switch (outcome.kind) {
    case 'allowed':
      return { kind: 'allowed', grant: outcome.grant, cookies: outcome.cookies }
    case 'denied': {
      const { status } = outcome
      const detail = `it answered ${status}`
      return refused({ reason: 'auth_service_denied', status, detail }, outcome)
    }
    case 'failed': {
      const { status, detail } = outcome
      return refused({ reason: 'auth_service_failed', status, detail })
    }
    case 'header_missing':
      return refused({ reason: 'header_missing', status: 403, detail: `\`${outcome.header}\`` })
  }
}
