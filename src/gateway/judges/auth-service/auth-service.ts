/** An external auth service: asks it about requests, over kept connections, within its time. */
import { authFailure, readAuthAnswer, rememberMs, type AuthAnswer } from './auth-answer.ts'
import { createAuthCache } from './auth-cache.ts'
import { createAuthAnswerReader, type AnswerStep } from './auth-answer-reader.ts'
import { authRequestText, compileSentFields } from './auth-request.ts'
import type { ServerTrust } from '../../sockets/certificates.ts'
import type { ClientRequest } from '../../client/client-request.ts'
import type { Deadlines, Expiring } from '../../deadlines.ts'
import type { ForwardAuthSettings } from '../../../settings/forward-auth/definition.ts'
import type { HeaderRules } from '../../exchange/forward-headers.ts'
import type { ResponseHead } from '../../http/response-head.ts'
import { LinkSearch } from '../../exchange/link-search.ts'
import type { NameWatchDeps } from '../../upstream/name-watch.ts'
import { createServerChoice, type ServerChoice } from '../../upstream/server-choice.ts'
import { createServerGroup } from '../../upstream/server-group.ts'
import type { Link } from '../../upstream/server-pool.ts'

export interface AuthService {
  /**
   * Asks about a request.
   *
   * @param settled Called once, perhaps at once.
   * @returns Gives up: the connection is closed, and `settled` is not called.
   */
  ask(request: ClientRequest, settled: (answer: AuthAnswer) => void): () => void
  /** Lets go of connections as their exchanges end. */
  close(): void
}

/** As the defaults of upstreams. When all its addresses are ejected, the service is asked anyway. */
const SERVER_RULES = { ejectAfter: 3, ejectForMs: 10_000, resolveMs: 10_000, maxConnectionAgeMs: 300_000 }
const NOTHING = (): void => {}

export function createAuthService(
  settings: ForwardAuthSettings,
  trust: ServerTrust,
  rules: HeaderRules,
  deps: NameWatchDeps,
): AuthService {
  const group = createServerGroup(settings.server, SERVER_RULES, trust, deps)
  const servers = createServerChoice([{ group, weight: 1 }], 'round_robin')
  const cache = settings.cache === undefined ? undefined : createAuthCache(settings.cache.entries)
  const isSent = compileSentFields(settings, rules)
  return {
    ask(request, settled) {
      const text = authRequestText(request, settings, isSent)
      if (!text.ok) {
        settled({ kind: 'header_missing', header: text.error })
        return NOTHING
      }
      const grant = cache?.get(text.value, performance.now())
      if (grant !== undefined) {
        settled({ kind: 'allowed', grant, cookies: [] })
        return NOTHING
      }
      // From before it is sent: by then the service has decided nothing yet.
      const askedMs = performance.now()
      return exchange(servers, text.value, settings, deps.deadlines, (answer, head) => {
        // A cookie is for this once: handed out again, it would replace a newer one.
        const ttlMs =
          head === undefined || answer.kind !== 'allowed' || answer.cookies.length > 0
            ? 0
            : rememberMs(head, settings.cache?.ttlMs ?? 0)
        if (ttlMs > 0 && answer.kind === 'allowed') cache?.put(text.value, answer.grant, askedMs + ttlMs)
        settled(answer)
      })
    },
    close: () => group.close(),
  }
}

/** One question and its whole answer. The answer counts when its end has come: half a yes is none. */
function exchange(
  servers: ServerChoice,
  text: string,
  settings: ForwardAuthSettings,
  deadlines: Deadlines,
  settled: (answer: AuthAnswer, head: ResponseHead | undefined) => void,
): () => void {
  let isOver = false
  let link: Link | undefined
  const unlink = (mayReuse: boolean): void => {
    if (link !== undefined) search.pool?.release(link, mayReuse)
    link = undefined
  }
  const end = (mayReuse: boolean): void => {
    isOver = true
    deadlines.remove(limit)
    deadlines.remove(attempt)
    search.cancel()
    unlink(mayReuse)
  }
  const fail = (detail: string, status: 502 | 504 = 502): void => {
    if (isOver) return
    end(false)
    settled(authFailure(detail, status), undefined)
  }
  const limit: Expiring = {
    deadlineMs: performance.now() + settings.timeoutMs,
    onDeadline: () => {
      search.pool?.report(link === undefined ? 'unreachable' : 'failed', performance.now())
      fail(link === undefined ? 'no connection in time' : 'no answer in time', 504)
    },
  }
  /** A silent address gets half of what is left, when there are others. */
  const attempt: Expiring = {
    deadlineMs: Infinity,
    onDeadline: () => {
      if (!isOver && link === undefined) search.failed('connect timeout')
    },
  }
  const send = (taken: Link): void => {
    link = taken
    attempt.deadlineMs = Infinity
    const answer = createAuthAnswerReader(settings.maxAnswerBytes)
    const step = ({ kind, detail, mayReuse, head }: AnswerStep): void => {
      if (isOver || link !== taken || kind === 'more') return
      const isGood = kind !== 'invalid' && head !== undefined
      search.pool?.report(isGood ? 'ok' : 'failed', performance.now())
      if (!isGood) return fail(detail)
      end(mayReuse)
      settled(readAuthAnswer(head, settings), head)
    }
    const closed = (isIntact: boolean): void => {
      if (isOver || link !== taken) return
      if (answer.hasHeard || !taken.isReused) return step(answer.ended(isIntact))
      // The service closed an idle connection while the question was on its way.
      unlink(false)
      search.again()
    }
    taken.wire.events = {
      onData: (bytes) => step(answer.read(bytes)),
      onDrain() {},
      onEnd: () => closed(true),
      onClose: () => closed(false),
    }
    taken.wire.write(Buffer.from(text, 'latin1'))
  }
  const search = new LinkSearch(servers, {
    onTry() {
      const nowMs = performance.now()
      attempt.deadlineMs = servers.count() > 1 ? nowMs + (limit.deadlineMs - nowMs) / 2 : Infinity
    },
    onFound: send,
    onNone: (fault) => fail(`it cannot be reached: ${fault}`),
  })
  deadlines.add(limit)
  deadlines.add(attempt)
  search.next('')
  return () => {
    if (!isOver) end(false)
  }
}
