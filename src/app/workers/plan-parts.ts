/** The settings that all workers have in common, on their way to them. */
import { deserialize, serialize } from 'node:v8'
import type { Settings } from '../../settings/definition.ts'
import { settingsParts, type SettingsPart } from '../settings-parts.ts'

/** Parts that are made once for all workers. */
export interface PlanParts {
  /** One part, by its place; undefined after the last. */
  at(place: number): Uint8Array | undefined
  /** Frees the parts; they are made again when one is asked for. */
  free(): void
}

export function createPlanParts({
  listen: _listen,
  log: _log,
  tracing: _tracing,
  admin: _admin,
  ...common
}: Settings): PlanParts {
  let made: Uint8Array[] = []
  let making: Iterator<SettingsPart, void> | undefined
  return {
    at(place) {
      making ??= settingsParts(common)
      while (made.length <= place) {
        const next = making.next()
        if (next.done === true) return undefined
        made.push(serialize(next.value))
      }
      return made[place]
    },
    free() {
      made = []
      making = undefined
    },
  }
}

/** Reads what {@link createPlanParts} made. */
export const readPart = (bytes: Uint8Array): SettingsPart => deserialize(bytes) as SettingsPart
