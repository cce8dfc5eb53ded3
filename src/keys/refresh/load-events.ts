/** What a good load has changed, for the log and the metrics. */
import type { KeyEvent } from '../key-deps.ts'
import type { CompiledKeySet } from '../key-set.ts'
import type { IgnoredKey } from '../key-source.ts'
import type { VerificationKey } from '../verification-key.ts'

/** Most refused keys in one event: the first ones show what is wrong. */
const MAX_REFUSED = 8

/** The load itself, then keys that came or went, then keys that are newly refused. */
export function loadEvents(
  source: string,
  previous: CompiledKeySet | undefined,
  current: CompiledKeySet | undefined,
): readonly KeyEvent[] {
  const { keys, ignored } = current ?? { keys: [], ignored: [] }
  const added = namesOfMissing(keys, previous)
  const removed = namesOfMissing(previous?.keys ?? [], current)
  const isChanged = added.length + removed.length > 0
  return [
    { type: 'refreshed', source, usable: keys.length, ignored: ignored.length },
    ...(isChanged ? [{ type: 'keys_changed', source, added, removed } as const] : []),
    ...refusalEvents(source, ignored, previous?.ignored ?? []),
  ]
}

/** One event, or none if every key that must not be trusted was offered before. */
export function refusalEvents(
  source: string,
  ignored: readonly IgnoredKey[],
  before: readonly IgnoredKey[],
): readonly KeyEvent[] {
  const isKnown = ({ kid, why }: IgnoredKey): boolean =>
    before.some((old) => old.kid === kid && old.why === why)
  const refused = ignored
    .filter((key) => key.isUntrusted === true && !isKnown(key))
    .slice(0, MAX_REFUSED)
    .map(({ kid, why }) => ({ kid, why }))
  return refused.length === 0 ? [] : [{ type: 'keys_refused', source, refused }]
}

/** Names the keys that `other` does not have as the same objects. */
const namesOfMissing = (
  keys: readonly VerificationKey[],
  other: CompiledKeySet | undefined,
): readonly string[] =>
  keys.filter((key) => other?.trusted.has(key) !== true).map((key) => key.kid ?? key.thumbprint)
