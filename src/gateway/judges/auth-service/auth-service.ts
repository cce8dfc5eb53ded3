/** An external auth service, which is asked over kept connections, within a time limit. */
import { createAuthCache, rememberMs } from './auth-cache.ts'
import { AuthExchange } from './auth-exchange.ts'
import { authRequestText, compileSentFields, withTraceFields } from './auth-request.ts'
import { endAuthSpan } from './auth-span.ts'
import { trustKey, type ServerTrust } from '../../../http/sockets/certificates.ts'
import type { ForwardAuthSettings } from '../../../settings/forward-auth/definition.ts'
import type { Deadlines } from '../../../http/deadlines.ts'
import type { HeaderRules } from '../../exchange/forward-headers.ts'
import type { Kept } from '../../kept.ts'
import type { RouteJudge, Verdict } from '../judge.ts'
import { createServerChoice } from '../../upstream/server-choice.ts'
import type { AuthResult, AuthServiceState } from '../../gateway-report.ts'
import { createServerGroup, type ServerGroup, type ServerGroupDeps } from '../../upstream/server-group.ts'

export interface AuthService extends RouteJudge, Pick<ServerGroup, 'states'> {
  state(): AuthServiceState
  /** Closes each connection when its exchange has ended. */
  close(): void
}

/**
 * The services of a configuration: equal settings have one service, and so its connections and its cache.
 *
 * @param trust By the file of the authorities.
 * @param state Keeps the services: one outlives a reload if everything that decides about its questions is the same,
 *   including the headers that no client may send.
 */
export function createAuthServices(
  rules: HeaderRules,
  trust: ReadonlyMap<string, ServerTrust>,
  state: { readonly auths: Kept<AuthService>; readonly names: Omit<ServerGroupDeps, 'deadlines'> },
  deadlines: Deadlines,
): (settings: ForwardAuthSettings) => AuthService {
  return (settings) => {
    const ownTrust = trust.get(settings.caFile ?? '') ?? {}
    const key = JSON.stringify([settings, trustKey(ownTrust), rules.forbiddenNames])
    return state.auths.of(key, () =>
      createAuthService(settings, ownTrust, rules, { ...state.names, deadlines }),
    )
  }
}

/** As the defaults of upstreams. When all its addresses are ejected, the service is asked anyway. */
const EJECTION = { ejectAfter: 3, ejectForMs: 10_000 }
const NOTHING = (): void => {}

function createAuthService(
  settings: ForwardAuthSettings,
  trust: ServerTrust,
  rules: HeaderRules,
  deps: ServerGroupDeps,
): AuthService {
  const { resolveMs, maxConnectionAgeMs } = settings
  const group = createServerGroup(
    settings.server,
    { ...EJECTION, protocol: 'http1', resolveMs, maxConnectionAgeMs },
    trust,
    deps,
    undefined,
  )
  const servers = createServerChoice([{ group, weight: 1 }], 'round_robin')
  const cache = settings.cache === undefined ? undefined : createAuthCache(settings.cache.entries)
  const isSent = compileSentFields(settings, rules)
  const questions: Record<AuthResult, number> = { allowed: 0, denied: 0, failed: 0, remembered: 0 }
  return {
    ask(request, settled) {
      const text = authRequestText(request, settings, isSent)
      if (!text.ok) {
        settled(text.error)
        return NOTHING
      }
      const grant = cache?.get(text.value, performance.now())
      if (grant !== undefined) {
        questions.remembered += 1
        settled({ kind: 'allowed', grant, cookies: [] })
        return NOTHING
      }
      // Before the question is sent: the service has decided nothing yet.
      const askedMs = performance.now()
      const { trace } = request
      const span = trace?.open('warder.auth_service', 'client', trace.decideId)
      const sent = trace === undefined ? text.value : withTraceFields(text.value, trace.fieldsUnder(span))
      const question = { servers, text: sent, settings, deadlines: deps.deadlines }
      const exchange = new AuthExchange(question, (verdict, head) => {
        endAuthSpan(span, settings, head, verdict)
        questions[resultOf(verdict)] += 1
        const { grant: given, cookies = [] } = verdict.kind === 'allowed' ? verdict : {}
        // A cookie is handed out once: later, it would replace a newer one.
        if (given !== undefined && head !== undefined && cookies.length === 0) {
          const ttlMs = rememberMs(head, settings.cache?.ttlMs ?? 0)
          if (ttlMs > 0) cache?.put(text.value, given, askedMs + ttlMs)
        }
        settled(verdict)
      })
      exchange.start()
      return () => {
        exchange.cancel()
        // The client has left.
        endAuthSpan(span, settings, undefined, undefined)
      }
    },
    states: (nowMs) => group.states(nowMs),
    state: () => ({ service: settings.server.url, questions: { ...questions } }),
    close: () => group.close(),
  }
}

/** Its own word, or none that counts. */
const resultOf = (verdict: Verdict): AuthResult => {
  if (verdict.kind === 'allowed') return 'allowed'
  return verdict.authDenial === undefined ? 'failed' : 'denied'
}
