/** Settings of a token source: one place where a token may be. */

export type TokenSourceSettings =
  | {
      readonly kind: 'header'
      /** Lower case. */
      readonly name: string
      /** Authentication scheme in front of the token, compared in any letter case. Absent: the value is the token. */
      readonly scheme?: string
      /** Literal text removed from the front if it is there; not together with `scheme`. For jwtauthrequest. */
      readonly trimPrefix?: string
    }
  | { readonly kind: 'cookie'; readonly name: string }
  /** A parameter of the original request's query. RFC 6750 §2.3 advises against it: it ends up in logs. */
  | { readonly kind: 'query'; readonly name: string }
  | WebSocketProtocolSource

/** An entry of `Sec-WebSocket-Protocol`. */
export interface WebSocketProtocolSource {
  readonly kind: 'websocket_protocol'
  /** Ends with a dot: what stands before the token in its entry. Else the entry before the token's. */
  readonly name: string
  /** How the token is written; absent: as it is. Kubernetes writes it in base64url. */
  readonly encoding?: 'base64url'
}
