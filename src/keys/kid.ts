/** What may be the name of a key. */

const KID = /^[\x20-\x7e]{1,256}$/

/**
 * True for 1 to 256 characters of visible ASCII and space. RFC 7517 §4.5 allows any string; what is longer or
 * cannot be printed safely has no use but attacks on logs and lookups.
 */
export const isKid = (value: unknown): value is string => typeof value === 'string' && KID.test(value)
