/** The last decisions of this process, each with its facts, and with its steps as far as there are not too many. */
import type { DecisionCounts, FreshAnswer, FreshAsked } from '../../admin/process-decisions.ts'
import type {
  DecisionAnswer,
  DecisionFilter,
  DecisionRecord,
  DecisionsAnswer,
} from '../../admin/decision-record.ts'
import type { Decide } from '../../decision/decide.ts'
import type { DecisionEvent } from '../decision-log.ts'
import { factsOf, secondsOf } from './decision-facts.ts'
import { NO_STEPS, toTrace, traceText, withoutSteps, type DecisionTrace } from './decision-trace.ts'
import { DecisionTally } from './decision-tally.ts'
import { factsIn, listDecisions } from './list-decisions.ts'
import { createRecordStore, type KeptDecision, type RecordStore } from './record-store.ts'
import { rerunSteps } from './rerun-steps.ts'
import { createFirstClients } from './first-clients.ts'
import { createTraceQueue, type TraceGroup, type TraceQueueDeps } from './trace-queue.ts'

export interface RecentDecisionsDeps extends TraceQueueDeps {
  /** Most decisions; asked again each time. 0: nothing is kept. */
  readonly maxRecords: () => number
  /** Short digest of the configuration behind a `decide`. */
  readonly digestOf: (decide: Decide) => string | undefined
}

export interface RecentDecisions {
  /** @param isLogged The decision has a log line. */
  onDecision(event: DecisionEvent, isLogged: boolean): void
  /** Since the process started, those that are not kept included. */
  counts(): DecisionCounts
  /** Newest first. */
  fresh(asked: FreshAsked): FreshAnswer
  /** Newest first; read in slices, between decisions. */
  list(filter: DecisionFilter): Promise<DecisionsAnswer>
  /** Undefined if it is not kept, or not of this process. */
  find(id: string): Promise<DecisionAnswer | undefined>
}

export function createRecentDecisions(deps: RecentDecisionsDeps): RecentDecisions {
  const { maxRecords, digestOf } = deps
  const store = createRecordStore(maxRecords)
  const traces = createTraceQueue(deps)
  const tally = new DecisionTally()
  const clients = createFirstClients(deps.monotonicMs)
  const groupOf = ({ clientAddress }: DecisionEvent, isLogged: boolean): TraceGroup => {
    if (!isLogged) return 'other'
    return clientAddress !== undefined && clients.isFirst(clientAddress) ? 'first' : 'logged'
  }
  const trace = async (kept: KeptDecision, event: DecisionEvent): Promise<void> => {
    const { reason } = kept
    const config = (event.decide && digestOf(event.decide)) ?? null
    try {
      const rerun = rerunSteps(event)
      const found = rerun instanceof Promise ? await rerun : rerun
      store.setTrace(kept, traceText(toTrace(found, reason, config)))
    } catch {
      store.setTrace(kept, traceText(withoutSteps(reason, NO_STEPS.failed)))
    }
  }
  const keep = (event: DecisionEvent, isLogged: boolean): void => {
    const { id, outcome, reason } = event.decision
    const facts = JSON.stringify(factsOf(event))
    const kept = { id, outcome, reason, isLogged, count: tally.count, facts, trace: '' }
    const isTraced = traces.offer(groupOf(event, isLogged), () => trace(kept, event))
    if (!isTraced) kept.trace = LIMITED
    store.add(kept)
  }
  return {
    onDecision(event, isLogged) {
      const { decision, durationMs } = event
      const { logged, others } = tally.add(decision.reason, decision.outcome, durationMs)
      if (maxRecords() === 0 || !(isLogged ? logged : others).take(secondsOf(decision) * 1_000)) return
      try {
        keep(event, isLogged)
      } catch {
        // A bug here must not become a denial; this decision is counted and not kept.
      }
    },
    counts: () => tally.counts(),
    fresh: ({ counts, limit }) => {
      const { process, count } = tally
      const seen = counts[process] ?? count
      const decisions = newest(store, seen, limit)
      return { process, count, decisions, leftOut: count - seen - decisions.length }
    },
    list: (filter) => listDecisions(store, tally.count, filter, deps.later),
    async find(id) {
      const kept = store.get(id)
      if (kept === undefined) return undefined
      if (kept.trace === '') await traces.flush()
      const { why, fix, cause, ...rest } =
        kept.trace === '' || kept.trace === LIMITED
          ? withoutSteps(kept.reason, NO_STEPS.limited)
          : (JSON.parse(kept.trace) as DecisionTrace)
      return { decision: factsIn(kept), why, fix, cause, ...rest }
    },
  }
}

/** Those that were kept after so many decisions, newest first. */
const newest = (store: RecordStore, count: number, limit: number): readonly DecisionRecord[] =>
  [...store.all()]
    .filter((kept) => kept.count > count)
    .toSorted((a, b) => b.count - a.count)
    .slice(0, limit)
    .map(factsIn)

/** In place of a trace that was not made. */
const LIMITED = '-'
