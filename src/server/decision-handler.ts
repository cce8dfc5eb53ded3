/** One decision endpoint: parse, decide, render. */
import type { Caller, CallerAnswer } from '../callers/caller.ts'
import { denyUnread, type Decide } from '../decision/decide.ts'
import type { Decision } from '../decision/decision.ts'
import type { Guard } from '../decision/guard.ts'
import type { DecisionEvent } from '../observe/decision-log.ts'
import type { Policy } from '../policy/compile-policy.ts'
import { announcesBody } from './announces-body.ts'
import type { AuthzRequest } from '../request/authz-request.ts'

/** A guard in service. */
export interface DecisionService {
  readonly guard: Guard
  readonly decide: Decide
  readonly newId: () => string
  readonly onDecision: (event: DecisionEvent) => void
  /** Called when a request announced a body, with what to change in the proxy. */
  readonly onUnreadBody: (hint: string) => void
}

export type HttpHandler = (request: Request) => Response | Promise<Response>

/** @param policy The policy named by the endpoint's path; undefined asks the routes. */
export function createDecisionHandler(
  service: DecisionService,
  caller: Caller,
  policy: Policy | undefined,
): HttpHandler {
  const { guard, decide } = service
  return (arrived) => {
    const parsed = caller.parse(arrived)
    if (!parsed.ok) {
      const decision = denyUnread(guard, parsed.error, service.newId())
      return respond(service, caller, arrived, undefined, decision)
    }
    const request = parsed.value
    const decision = decide({ request, policy })
    return decision instanceof Promise
      ? decision.then((decided) => respond(service, caller, arrived, request, decided))
      : respond(service, caller, arrived, request, decision)
  }
}

function respond(
  service: DecisionService,
  caller: Caller,
  arrived: Request,
  request: AuthzRequest | undefined,
  decision: Decision,
): Response {
  const answer = caller.render(decision, service.guard.identityNames)
  service.onDecision({ decision, status: answer.status, request, via: caller.name })
  if (!announcesBody(arrived.headers)) return toResponse(answer)
  service.onUnreadBody(caller.noBodyHint)
  // A body that is announced and not read would swallow the next request on this connection: somebody else's.
  return toResponse({ ...answer, headers: { ...answer.headers, connection: 'close' } })
}

const toResponse = ({ status, headers, body }: CallerAnswer): Response =>
  new Response(body, { status, headers })
