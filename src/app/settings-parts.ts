/** Settings on their way to another thread or process, in parts: none keeps either side busy for long. */
import type { Settings } from '../settings/definition.ts'

/** A setting, or some more items of a list of the settings. */
export type SettingsPiece =
  | { readonly word: string; readonly value: unknown }
  | { readonly word: string; readonly items: readonly unknown[] }

export type SettingsPart = readonly SettingsPiece[]

/** Items of lists in one part: taking them, a fraction of a millisecond, holds up decisions. */
const MAX_ITEMS = 200

/** At least one. */
export function* settingsParts(settings: Partial<Settings>): Generator<SettingsPart, void> {
  let part: SettingsPiece[] = []
  let left = MAX_ITEMS
  for (const [word, value] of Object.entries(settings)) {
    if (!Array.isArray(value)) part.push({ word, value })
    // Also of an empty list.
    else
      for (let at = 0; at === 0 || at < value.length;) {
        const items = value.slice(at, at + left) as readonly unknown[]
        part.push({ word, items })
        at += left
        left -= items.length
        if (left > 0) break
        yield part
        part = []
        left = MAX_ITEMS
      }
  }
  yield part
}

export interface SettingsTaker {
  /** Takes the parts, in their order. */
  take(part: SettingsPart): void
  /** When all were taken. */
  finish(): Partial<Settings>
}

/** Puts the parts together. */
export function createSettingsTaker(): SettingsTaker {
  const settings: Record<string, unknown> = {}
  const lists = new Map<string, unknown[]>()
  const listOf = (word: string): unknown[] => {
    const list = lists.get(word) ?? []
    lists.set(word, list)
    settings[word] = list
    return list
  }
  return {
    take(part) {
      for (const piece of part) {
        if ('value' in piece) settings[piece.word] = piece.value
        else listOf(piece.word).push(...piece.items)
      }
    },
    finish: () => settings,
  }
}
