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
import type { GrpcMethod } from './grpc-handler.ts'

type CheckService = Omit<DecisionService, 'onUnreadBody'>

export function createCheckMethod(service: CheckService): GrpcMethod {
  const refuse = (denial: Denial, startedMs: number, check?: CheckRequest): Buffer =>
    respond(service, check, undefined, denyUnread(service.guard, denial, service.newId()), startedMs)
  return {
    maxBytes: MAX_CHECK_BYTES,
    answer(message, { peer, headers }) {
      const startedMs = service.monotonicMs()
      if (service.isTrusted?.(peer, headers) === false)
        return refuse({ reason: 'caller_untrusted', peer }, startedMs)
      const check = readCheckRequest(message)
      if (check === undefined) return refuse(UNREADABLE_CHECK, startedMs)
      const policy = policyOf(check, (name) => service.guard.policies.get(name))
      if (!policy.ok) return refuse(policy.error, startedMs, check)
      const parsed = parseCheck(check)
      if (!parsed.ok) return refuse(parsed.error, startedMs, check)
      const request = parsed.value
      const decision = service.decide({ request, policy: policy.value })
      return decision instanceof Promise
        ? decision.then((decided) => respond(service, check, request, decided, startedMs))
        : respond(service, check, request, decision, startedMs)
    },
    answerTooLarge: () => refuse(UNREADABLE_CHECK, service.monotonicMs()),
    answerFailed: () => refuse(internalError('the answer to a Check'), service.monotonicMs()),
  }
}

function respond(
  { guard, monotonicMs, onDecision }: CheckService,
  check: CheckRequest | undefined,
  request: AuthzRequest | undefined,
  decision: Decision,
  startedMs: number,
): Buffer {
  const answer = renderCheck(decision, guard.identityNames, check)
  onDecision({
    decision,
    status: decision.outcome === 'allow' ? 200 : decision.status,
    request,
    via: CHECK_DIALECT.name,
    durationMs: monotonicMs() - startedMs,
    clientAddress: check?.clientAddress === '' ? undefined : check?.clientAddress,
  })
  return answer
}
