/** `envoy.service.auth.v3.Authorization/Check`: parse, decide, render. Whatever goes wrong is an answer that denies. */
import {
  MAX_CHECK_BYTES,
  parseCheck,
  policyOf,
  renderCheck,
  UNREADABLE_CHECK,
} from '../../callers/envoy-grpc/check.ts'
import { CHECK_DIALECT } from '../../callers/envoy-grpc/check-dialect.ts'
import { readCheckRequest, type CheckRequest } from '../../callers/envoy-grpc/check-request.ts'
import { denyUnread } from '../../decision/decide.ts'
import type { Decision } from '../../decision/decision.ts'
import { internalError, type Denial } from '../../decision/denial.ts'
import type { AuthzRequest } from '../../request/authz-request.ts'
import type { DecisionService } from '../decision-routes.ts'
import { parseClientAddress } from '../../syntax/client-address.ts'
import { believed, DecisionMade, type ReadClient } from '../decision-made.ts'
import type { GrpcMethod } from './grpc-handler.ts'

type CheckService = Omit<DecisionService, 'onUnreadBody'>

interface Asked {
  readonly peer: string
  readonly startedMs: number
  /** Undefined if the message could not be read, or was not read, because nobody trusts the caller. */
  readonly check?: CheckRequest
}

export function createCheckMethod(service: CheckService): GrpcMethod {
  const readClient = believed<CheckRequest | undefined>(service.isTrusted !== undefined, (check) =>
    parseClientAddress(check?.clientAddress ?? ''),
  )
  const answerTo = (decision: Decision, asked: Asked, request?: AuthzRequest): Buffer =>
    respond(service, readClient, decision, asked, request)
  const refuse = (denial: Denial, asked: Asked): Buffer =>
    answerTo(denyUnread(service.guard, denial, service.newId()), asked)
  return {
    maxBytes: MAX_CHECK_BYTES,
    answer(message, { peer, headers }) {
      const startedMs = service.monotonicMs()
      if (service.isTrusted?.(peer, headers) === false)
        return refuse({ reason: 'caller_untrusted', peer }, { peer, startedMs })
      const check = readCheckRequest(message)
      if (check === undefined) return refuse(UNREADABLE_CHECK, { peer, startedMs })
      const asked = { peer, startedMs, check }
      const policy = policyOf(check, (name) => service.guard.policies.get(name))
      if (!policy.ok) return refuse(policy.error, asked)
      const parsed = parseCheck(check)
      if (!parsed.ok) return refuse(parsed.error, asked)
      const request = parsed.value
      const decision = service.decide({ request, policy: policy.value })
      return decision instanceof Promise
        ? decision.then((decided) => answerTo(decided, asked, request))
        : answerTo(decision, asked, request)
    },
    answerTooLarge: () => refuse(UNREADABLE_CHECK, unread(service)),
    answerFailed: () => refuse(internalError('the answer to a Check'), unread(service)),
  }
}

const unread = ({ monotonicMs }: CheckService): Asked => ({ peer: '', startedMs: monotonicMs() })

function respond(
  { guard, monotonicMs, onDecision }: CheckService,
  readClient: ReadClient<CheckRequest | undefined>,
  decision: Decision,
  { check, peer, startedMs }: Asked,
  request: AuthzRequest | undefined,
): Buffer {
  const answer = renderCheck(decision, guard.identityNames, check)
  const status = decision.outcome === 'allow' ? 200 : decision.status
  const facts = { decision, status, request, via: CHECK_DIALECT.name, durationMs: monotonicMs() - startedMs }
  onDecision(new DecisionMade(facts, check, peer, readClient))
  return answer
}
