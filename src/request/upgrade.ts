/**
 * The one protocol that a connection may change to, for the gateway and for every snippet. Behind any other, such as
 * `h2c` or `TLS/1.0`, the client would go on with requests that nobody judges (RFC 9110 §7.8, RFC 9113 §3.1).
 */
export const FORWARDED_UPGRADE = 'websocket'

/** Whether a whole `Upgrade` value asks for that protocol, in any letter case, and for nothing else. */
export const isForwardedUpgrade = (value: string): boolean => value.toLowerCase() === FORWARDED_UPGRADE
