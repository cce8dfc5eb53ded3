/** What every part of the page may use. */
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { AdminClient } from './admin-client.ts'

export interface ConsoleContext {
  readonly client: AdminClient
  /** Times are shown in UTC, as in the log; else in the zone of this browser. */
  readonly isUtc: boolean
}

const Context = createContext<ConsoleContext | undefined>(undefined)

export const ConsoleProvider = Context.Provider

export function useConsole(): ConsoleContext {
  const context = useContext(Context)
  if (context === undefined) throw new Error('outside of the console')
  return context
}
