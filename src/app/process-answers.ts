/** What this process answers when the admin listener asks about its decisions. */
import type { ListenerName, ListenerState } from '../admin/listeners.ts'
import type { AskAll, ProcessAnswers } from '../admin/questions.ts'
import type { RecentDecisions } from '../observe/recent/recent-decisions.ts'
import type { ListenerLoad } from '../http/connections/connection-listener.ts'
import type { Listeners } from './service-listeners.ts'

/** What the answers are read from. */
export interface AnsweringParts {
  readonly decided: () => number
  readonly recent: RecentDecisions
  /** Undefined before they are open. */
  readonly listeners: () => Listeners | undefined
  readonly metrics: ProcessAnswers['metrics']
}

export const createProcessAnswers = ({
  decided,
  recent,
  listeners,
  metrics,
}: AnsweringParts): ProcessAnswers => ({
  decided: () => decided(),
  counts: () => recent.counts(),
  fresh: (asked) => recent.fresh(asked),
  decisions: (filter) => recent.list(filter),
  decision: async (id) => (await recent.find(id)) ?? null,
  gateway: () => listeners()?.gateway?.report() ?? null,
  listeners: () => listenerStates(listeners()),
  metrics: (asked) => metrics(asked),
})

/** Asks a service of one process: this one. */
export const askThisProcess =
  (answers: ProcessAnswers): AskAll =>
  async (kind, asked) => [await answers[kind](asked)]

/** Those that are open, with their connections. */
export function listenerStates(listeners: Listeners | undefined): readonly ListenerState[] {
  const states: ListenerState[] = []
  const add = (
    listener: ListenerName,
    { address, load }: { readonly address: string; readonly load: ListenerLoad },
  ): void => {
    const { open: connections, refused, heldBytes } = load
    states.push({ listener, address, connections, refused, heldBytes })
  }
  for (const name of ['decisions', 'grpc', 'spoe'] as const) {
    const listener = listeners?.[name]
    if (listener !== undefined) add(name, listener)
  }
  for (const one of listeners?.gateway?.loads() ?? []) add('gateway', one)
  return states
}
