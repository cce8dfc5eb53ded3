/** What needs the operator, found in the answers of the admin API. */
import type { KeysAnswer } from './api/keys-answer.ts'
import type { View } from './hash-route.ts'

export interface ServiceProblem {
  readonly tone: 'warn' | 'bad'
  readonly text: string
  /** The view that shows more. */
  readonly view: View
}

const OF_KEYS = {
  stale: {
    tone: 'warn',
    what: 'its keys are stale: the last refresh failed, and the known keys still serve',
  },
  empty: { tone: 'bad', what: 'it has no keys: its tokens are denied with keys_unavailable' },
  expired: {
    tone: 'bad',
    what: 'its keys are too old to be used: its tokens are denied with keys_unavailable',
  },
} as const

/** The worst first. */
export function findProblems({ issuers }: KeysAnswer): readonly ServiceProblem[] {
  const ofKeys = issuers.flatMap(({ name, state, lastError }): readonly ServiceProblem[] => {
    if (state === 'fresh') return []
    const { tone, what } = OF_KEYS[state]
    const cause = lastError === null ? '' : ` (${lastError})`
    return [{ tone, text: `Issuer ${name}: ${what}${cause}`, view: 'issuers' }]
  })
  return ofKeys.toSorted((a, b) => a.tone.localeCompare(b.tone))
}
