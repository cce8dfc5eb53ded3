/**
 * What a proxy can carry between a client, Warder and the application, with the configuration of its snippet. The table
 * of docs/callers.md is made from it, and the live tests hold the real program to it.
 */

export interface Abilities {
  /** Statuses of denials that reach the client unchanged; all others become {@link whenUnreachable}. */
  readonly statuses: readonly number[]
  /** On which denials `WWW-Authenticate` reaches the client. */
  readonly challenge: 'always' | '401 only' | 'never'
  /** `rewritten`: the proxy drops Warder's body, and the snippet writes the same one again. */
  readonly denialBody: 'relayed' | 'rewritten' | 'none'
  /** What the application gets for an identity header without a value; never what the client wrote. */
  readonly absentIdentity: 'removed' | 'empty'
  /**
   * Which path is judged. `raw`: as the client sent it, and the application gets the same. `normalised`: the proxy
   * changes it before it asks, and the application gets the changed one.
   */
  readonly path: 'raw' | 'normalised'
  /** Whether Warder is asked about CORS preflights too. */
  readonly asksAboutPreflights: boolean
  /** Whether a WebSocket is judged by its handshake, and then passes. */
  readonly webSocket: boolean
  /** The largest head of a client's request that passes, in bytes. */
  readonly largestHeadBytes: number
  /** How long the proxy waits for a decision, in milliseconds. */
  readonly answersWithinMs: number
  /** Status for the client when there is no decision. */
  readonly whenUnreachable: number
}
