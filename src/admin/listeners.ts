/** The listeners of a process that decides, and their connections. Plain data. */

/** Words for listeners, in the settings, the metrics and the answers. */
export type ListenerName = 'decisions' | 'grpc' | 'spoe' | 'gateway'

export interface ListenerState {
  readonly listener: ListenerName
  readonly address: string
  /** Open connections. */
  readonly connections: number
  /** New connections that were closed at once since the start, because there were as many as may be. */
  readonly refused: number
  /** Bytes that the connections hold in memory. */
  readonly heldBytes: number
}
