/** What a gateway reports about itself now: its servers and auth services. Plain data. */

/** A server, or one address of its name. */
export interface ServerState {
  /** Name of the upstream; null for an auth service. */
  readonly upstream: string | null
  /** URL as configured. */
  readonly server: string
  /** The address of its name; null if the settings have an address or a socket, or none is known. */
  readonly address: string | null
  /** Requests under way. */
  readonly active: number
  /** What its health check found; null without one. */
  readonly isUp: boolean | null
  /** For how much longer it is left alone because it failed too often, in milliseconds; 0: it is not. */
  readonly ejectedForMs: number
  /** How often that has happened, to all addresses of the name. */
  readonly ejections: number
}

export interface AuthServiceState {
  /** URL as configured. */
  readonly service: string
  /** Questions by what came of them: `allowed`, `denied`, `failed`, `remembered` (not asked again). */
  readonly questions: Readonly<Record<AuthResult, number>>
}

export type AuthResult = 'allowed' | 'denied' | 'failed' | 'remembered'

export interface GatewayReport {
  readonly servers: readonly ServerState[]
  readonly authServices: readonly AuthServiceState[]
}
