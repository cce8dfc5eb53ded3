/** Which answers came in which phase of an outage, for each kind of token. */
import type { Shot } from './load.ts'
import { waitFor } from './loopback.ts'

export interface Phases {
  /** A new phase begins: what comes now is between two states, and both their answers may be right. */
  leave(): void
  /** A new phase begins. Resolves when every kind was answered in it often enough to judge. */
  enter(phase: string): Promise<void>
  /** The next request, each kind in its turn, and each of its tokens in theirs. */
  nextShot(): Shot
  /**
   * The different answers to a kind, sorted: `200`, `401 kid_unknown`, `503 proxy_error` without a decision. Of one phase,
   * those that were sent and answered in it; without a phase, all there ever were.
   */
  answers(kind: string, phase?: string): readonly string[]
  /** How often an answer came, whenever and to whomever. */
  count(answer: string): number
}

const ENOUGH_ANSWERS = 25

/** @param kinds Tokens by kind. */
export function createPhases(kinds: Readonly<Record<string, readonly string[]>>): Phases {
  const seen: Seen[] = []
  const names = Object.keys(kinds)
  let phase = 'start'
  let turn = 0
  const select = (kind: string, wanted?: string): readonly Seen[] =>
    seen.filter((one) => one.kind === kind && (wanted === undefined || one.phase === wanted))

  return {
    leave() {
      phase = 'between'
    },
    async enter(next) {
      phase = next
      const isTold = (): boolean => names.every((kind) => select(kind, next).length >= ENOUGH_ANSWERS)
      await waitFor(`${ENOUGH_ANSWERS} answers of each kind: ${next}`, () => isTold() || undefined)
    },
    nextShot() {
      const index = turn++
      const kind = names[index % names.length] ?? ''
      const tokens = kinds[kind] ?? []
      const sentIn = phase
      return {
        token: tokens[Math.floor(index / names.length) % tokens.length] ?? '',
        onAnswer: ({ status, reason }) =>
          void seen.push({
            kind,
            phase: sentIn === phase ? phase : undefined,
            answer: reason === '' ? String(status) : `${status} ${reason}`,
          }),
      }
    },
    answers: (kind, wanted) => [...new Set(select(kind, wanted).map((one) => one.answer))].sort(),
    count: (answer) => seen.filter((one) => one.answer === answer).length,
  }
}

interface Seen {
  readonly kind: string
  /** Undefined: sent in one phase, answered in another. */
  readonly phase: string | undefined
  readonly answer: string
}
