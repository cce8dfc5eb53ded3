/**
 * Which answers are right for the tokens of one key, from its publication to its removal.
 *
 * Nothing here is about time. The provider counts the requests for its key set, and Warder never has two under way: when
 * the second one after a change arrives, the first one has been taken. That decides, request by request, what Warder
 * could know and what it must have known.
 */
import type { Answer, Shot } from './load.ts'

export interface KeyLife {
  readonly kid: string
  /** The key is not published any more, from now on and for ever. */
  remove(): void
  /** A request with the token, whose answer is judged. */
  shot(token: string): Shot
  /** A token of the key has been allowed. */
  isKnown(): boolean
  /** A token of the key has been refused after its removal. */
  isRefused(): boolean
  /** Answers that were wrong, in words. */
  readonly faults: readonly string[]
  /** Answers so far. */
  readonly counts: { readonly allowed: number; readonly denied: number }
}

/**
 * The life of a key that has just been published.
 *
 * @param keyFetches Requests for the key set that the provider has had.
 */
export function createKeyLife(kid: string, keyFetches: () => number): KeyLife {
  const faults: string[] = []
  const counts = { allowed: 0, denied: 0 }
  const publishedAt = keyFetches()
  let removedAt = Number.POSITIVE_INFINITY
  let isKnown = false
  let isRefused = false

  const judge = (answer: Answer, sent: Sent): string | undefined => {
    const { status, reason } = answer
    // The provider may have been asked while the request was under way: then both answers may be right.
    const fetches = keyFetches()
    const isAllowed = status === 200
    if (!isAllowed && (status !== 401 || reason !== 'kid_unknown')) return 'is no answer for this token'
    if (isAllowed && fetches <= publishedAt) return 'allowed before anybody could know the key'
    if (isAllowed && sent.fetches >= removedAt + 2) return 'allowed although the removal was taken'
    if (isAllowed && sent.isRefused) return 'allowed although the key was refused after its removal'
    if (!isAllowed && fetches <= removedAt && sent.fetches >= publishedAt + 2)
      return 'denied although the publication was taken'
    if (!isAllowed && fetches <= removedAt && sent.isKnown) return 'denied although the key was known before'
    return undefined
  }

  return {
    kid,
    faults,
    counts,
    isKnown: () => isKnown,
    isRefused: () => isRefused,
    remove() {
      removedAt = Math.min(removedAt, keyFetches())
    },
    shot(token) {
      const sent: Sent = { fetches: keyFetches(), isKnown, isRefused }
      const onAnswer = (answer: Answer): void => {
        const fault = judge(answer, sent)
        if (fault !== undefined) faults.push(`${kid}: ${answer.status} ${answer.reason}: ${fault}`)
        if (answer.status === 200) {
          counts.allowed += 1
          isKnown = true
        } else {
          counts.denied += 1
          if (sent.isKnown && removedAt < Number.POSITIVE_INFINITY) isRefused = true
        }
      }
      return { token, onAnswer }
    },
  }
}

/** What was known when a request was sent. */
interface Sent {
  readonly fetches: number
  readonly isKnown: boolean
  readonly isRefused: boolean
}
