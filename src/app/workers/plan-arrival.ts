/** A plan that arrives in parts, each of which the worker asks for. */
import { createSettingsTaker, type SettingsTaker } from '../settings-parts.ts'
import type { FromWorker } from './messages.ts'
import { readPart } from './plan-parts.ts'
import { toPlan, type OwnPlan, type Plan } from './plan.ts'

export interface PlanArrival {
  /** Asks for the first part; what was left of another plan is dropped. */
  begin(generation: number): void
  /** Asks for the next part, in the next turn, so that decisions come between them. */
  takePart(generation: number, bytes: Uint8Array): void
  /** The whole plan; undefined if another one is arriving, or none. */
  finish(own: OwnPlan): Plan | undefined
  /** This plan is not wanted any more. */
  stop(generation: number): void
}

interface Arriving {
  readonly generation: number
  readonly settings: SettingsTaker
  /** Taken so far. */
  parts: number
}

export function createPlanArrival(send: (message: FromWorker) => void): PlanArrival {
  let arriving: Arriving | undefined
  return {
    begin(generation) {
      arriving = { generation, settings: createSettingsTaker(), parts: 0 }
      send({ kind: 'next', generation, place: 0 })
    },
    takePart(generation, bytes) {
      if (arriving?.generation !== generation) return
      arriving.settings.take(readPart(bytes))
      send({ kind: 'next', generation, place: ++arriving.parts })
    },
    finish(own) {
      if (arriving?.generation !== own.generation) return undefined
      const { settings } = arriving
      arriving = undefined
      return toPlan(own, settings.finish())
    },
    stop(generation) {
      if (arriving?.generation === generation) arriving = undefined
    },
  }
}
