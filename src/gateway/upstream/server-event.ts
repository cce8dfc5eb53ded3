/** What happened to a server of an upstream, or of an auth service, for the log. */

/** Which server it is. */
export interface ServerPlace {
  /** Undefined for an auth service. */
  readonly upstream: string | undefined
  /** URL as configured. */
  readonly server: string
  /** Undefined if the settings have an address or a socket. */
  readonly address: string | undefined
}

export type ServerChange =
  /** It failed too often, and is left alone; not reported again while it is. */
  | { readonly type: 'server_ejected'; readonly forMs: number }
  /** Its health check found it down. */
  | { readonly type: 'server_down' }
  | { readonly type: 'server_up' }

export type ServerEvent = ServerPlace & ServerChange
