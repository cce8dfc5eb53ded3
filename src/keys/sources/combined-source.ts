/** One issuer whose keys are in several places: an old realm and its successor, two clusters, two secrets. */
import { MAX_KEYS_TRIED, type KeyLookup, type KeySource, type KeySourceStatus } from '../key-source.ts'
import type { VerificationKey } from '../verification-key.ts'

type Found = Extract<KeyLookup, { readonly state: 'found' }>

/**
 * Asks all sources; each keeps its own refresh, cooldown and health. An unavailable source does not affect the
 * others; but while it may have the key that a token needs, the answer is `unavailable`, because the denial of a good
 * token must not be final.
 */
export function createCombinedSource(parts: readonly KeySource[]): KeySource {
  return {
    parts,
    lookup(kid, algorithm, mayWait) {
      // Without waiting first: a kid that one source knows must not make another one fetch.
      const answers = parts.map((part) => part.lookup(kid, algorithm, false))
      const found = answers.filter((answer): answer is Found => answer.state === 'found')
      const isNamed = kid !== undefined && found.some((answer) => answer.isGuess !== true)
      const settled = mayWait && !isNamed ? waitFor(parts, answers, found.length > 0, kid, algorithm) : []
      if (settled.length > 0) return { state: 'pending', settled: Promise.all(settled).then(() => undefined) }
      return found.length > 0 ? merge(found, answers, isNamed) : worst(answers)
    },
    trusts: (key) => parts.some((part) => part.trusts(key)),
    noteUse(key) {
      for (const part of parts) part.noteUse(key)
    },
    status: () => combine(parts.map((part) => part.status())),
    started: Promise.all(parts.map((part) => part.started)).then(() => undefined),
    ready: Promise.all(parts.map((part) => part.ready)).then(() => undefined),
    close() {
      for (const part of parts) part.close()
    },
  }
}

/** Loads under way in sources that do not have the kid. If there are keys to try, no request waits for more. */
function waitFor(
  parts: readonly KeySource[],
  answers: readonly KeyLookup[],
  isFound: boolean,
  kid: string | undefined,
  algorithm: Parameters<KeySource['lookup']>[1],
): readonly Promise<void>[] {
  return parts.flatMap((part, index) => {
    const state = answers[index]?.state
    const mayHaveIt = state === 'kid_unknown' || (state === 'unavailable' && !isFound)
    const asked = mayHaveIt ? part.lookup(kid, algorithm, true) : undefined
    return asked?.state === 'pending' ? [asked.settled] : []
  })
}

function merge(found: readonly Found[], answers: readonly KeyLookup[], isNamed: boolean): KeyLookup {
  const all = distinct(found.flatMap((answer) => answer.keys))
  // More would make verification expensive, wherever they come from.
  const areTooMany = all.length > MAX_KEYS_TRIED || answers.some(({ state }) => state === 'kid_missing')
  // A token with a `kid` needs no key without one.
  const named = found.filter((answer) => answer.isGuess !== true)
  const keys = areTooMany && isNamed ? distinct(named.flatMap((answer) => answer.keys)) : all
  if (keys.length > MAX_KEYS_TRIED || (areTooMany && !isNamed)) return { state: 'kid_missing' }
  const retryAfter = shortestWait(answers)
  if (retryAfter === undefined) return { state: 'found', keys }
  // Names of keys are unique except by mistake: a wrong signature under a known name is a forgery.
  if (isNamed) return { state: 'found', keys, isNameElsewhere: true }
  return { state: 'found', keys, othersRetryAfterSeconds: retryAfter }
}

/** A key that two sources publish is one key, tried once; for another issuer it is another one. */
const distinct = (keys: readonly VerificationKey[]): readonly VerificationKey[] =>
  keys.filter((key, index) => keys.findIndex((other) => isSame(other, key)) === index)

const isSame = (a: VerificationKey, b: VerificationKey): boolean =>
  a.thumbprint === b.thumbprint && a.issuer === b.issuer

/** The answer when no source has a key: the least final one. */
function worst(answers: readonly KeyLookup[]): KeyLookup {
  const retryAfterSeconds = shortestWait(answers)
  if (retryAfterSeconds !== undefined) return { state: 'unavailable', retryAfterSeconds }
  for (const state of ['kid_missing', 'unsuitable'] as const)
    if (answers.some((answer) => answer.state === state)) return { state }
  return { state: 'kid_unknown' }
}

function shortestWait(answers: readonly KeyLookup[]): number | undefined {
  const waits = answers.flatMap((answer) =>
    answer.state === 'unavailable' ? [answer.retryAfterSeconds] : [],
  )
  return waits.length === 0 ? undefined : Math.min(...waits)
}

/** From the best to the worst. */
const STATES = ['fresh', 'stale', 'expired', 'empty'] as const

function combine(all: readonly KeySourceStatus[]): KeySourceStatus {
  const loads = all.flatMap(({ loadedAtMs }) => loadedAtMs ?? [])
  const history = all.flatMap((status) => status.history)
  return {
    description: all.map(({ description }) => description).join(' and '),
    state: STATES.find((state) => all.some((status) => status.state === state)) ?? 'empty',
    keys: all.flatMap((status) => status.keys),
    ignored: all.flatMap((status) => status.ignored),
    loadedAtMs: loads.length === 0 ? undefined : Math.max(...loads),
    lastError: all.find((status) => status.lastError !== undefined)?.lastError,
    history: [...history.filter((key) => key.isInForce), ...history.filter((key) => !key.isInForce)],
  }
}
