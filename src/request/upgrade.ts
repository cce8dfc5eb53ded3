/**
 * The one protocol that a connection may change to, for the gateway and for every snippet. With any other, such as
 * `h2c` or `TLS/1.0`, the client could go on with requests that nobody judges (RFC 9110 §7.8, RFC 9113 §3.1).
 */
export const FORWARDED_UPGRADE = 'websocket'

/** Whether an `Upgrade` value asks for that protocol alone, in any letter case. */
export const isForwardedUpgrade = (value: string): boolean => value.toLowerCase() === FORWARDED_UPGRADE
