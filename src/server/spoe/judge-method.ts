/** Decides on the NOTIFY frames of HAProxy: parse, decide, render. Whatever goes wrong is an answer that does not allow. */
import { ackActions } from '../../callers/spoe/ack-actions.ts'
import { clientAddressOf, headersOfJudge, parseJudge, UNKNOWN_POLICY } from '../../callers/spoe/judge.ts'
import { readJudgeMessage, type JudgeMessage } from '../../callers/spoe/judge-message.ts'
import { SPOE_DIALECT } from '../../callers/spoe/spoe-dialect.ts'
import type { SpopReader } from '../../callers/spoe/spop-reader.ts'
import { denyUnread, type Question } from '../../decision/decide.ts'
import type { Decision } from '../../decision/decision.ts'
import { internalError, type Denial } from '../../decision/denial.ts'
import { parseClientAddress } from '../../syntax/client-address.ts'
import { believed, DecisionMade, type ReadClient } from '../decision-made.ts'
import type { DecisionService } from '../decision-routes.ts'

type JudgeService = Omit<DecisionService, 'onUnreadBody'>

export interface SpopJudge {
  /**
   * Returns the actions of the ACK, one character for each byte; none if even a denial does not fit.
   *
   * @param peer Address of the other side of the connection; empty on a unix socket.
   * @param maxBytes What fits into the frame.
   * @throws MalformedFrame when the payload is no list of messages.
   */
  readonly judge: (payload: SpopReader, peer: string, maxBytes: number) => string | Promise<string>
  /** The actions after a bug. */
  readonly failed: (maxBytes: number) => string
}

interface Asked {
  readonly message: JudgeMessage | undefined
  readonly peer: string
  readonly readClient: ReadClient<JudgeMessage | undefined>
  readonly question?: Question
  readonly startedMs: number
  readonly maxBytes: number
}

const NO_HEADERS = { get: () => null }

const UNREAD = { request: undefined, policy: undefined }

const NOBODY: Asked['readClient'] = () => undefined

export function createSpopJudge(service: JudgeService): SpopJudge {
  const readClient = believed<JudgeMessage | undefined>(service.isTrusted !== undefined, (message) =>
    parseClientAddress((message && clientAddressOf(message)) ?? ''),
  )
  const refuse = (denial: Denial, asked: Asked): string =>
    respond(service, denyUnread(service.guard, denial, service.newId()), asked)
  return {
    judge(payload, peer, maxBytes) {
      const startedMs = service.monotonicMs()
      const message = readJudgeMessage(payload)
      const asked = { message, peer, readClient, startedMs, maxBytes }
      const parsed = parseJudge(message)
      const headers = parsed.ok ? parsed.value.request.headers : NO_HEADERS
      if (service.isTrusted?.(peer, headers) === false)
        return refuse({ reason: 'caller_untrusted', peer }, { ...asked, readClient: NOBODY })
      if (!parsed.ok) return refuse(parsed.error, asked)
      const { request, policy: name } = parsed.value
      const policy = name === undefined ? undefined : service.guard.policies.get(name)
      if (name !== undefined && policy === undefined) return refuse(UNKNOWN_POLICY, asked)
      const question = { request, policy }
      const decision = service.decide(question)
      return decision instanceof Promise
        ? decision.then((decided) => respond(service, decided, { ...asked, question }))
        : respond(service, decision, { ...asked, question })
    },
    failed: (maxBytes) =>
      refuse(internalError('the answer to HAProxy'), {
        message: undefined,
        peer: '',
        readClient: NOBODY,
        startedMs: service.monotonicMs(),
        maxBytes,
      }),
  }
}

function respond(service: JudgeService, decided: Decision, asked: Asked): string {
  const { guard, monotonicMs, onDecision, newId } = service
  const { message, peer, readClient, question, startedMs, maxBytes } = asked
  let decision = decided
  let actions = ackActions(decision, guard.identityNames)
  if (actions.length > maxBytes) {
    // An allow that HAProxy cannot be told is none: the log says what the client gets.
    decision = denyUnread(guard, internalError('an answer longer than max-frame-size'), newId())
    actions = ackActions(decision, guard.identityNames)
    if (actions.length > maxBytes) actions = ''
  }
  const status = decision.outcome === 'allow' ? 200 : decision.status
  const decide = question && service.decide
  const durationMs = monotonicMs() - startedMs
  // What describes no request may still be a part of its caller's trace.
  const isUnread = question === undefined && message !== undefined && readClient !== NOBODY
  const callerFields = isUnread ? headersOfJudge(message) : undefined
  const { request, policy } = question ?? UNREAD
  const facts = {
    decision,
    status,
    request,
    policy,
    via: SPOE_DIALECT.name,
    durationMs,
    decide,
    callerFields,
  }
  onDecision(new DecisionMade(facts, message, peer, readClient))
  return actions
}
