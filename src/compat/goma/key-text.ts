/** Keys that Goma takes as the path of a file, as text or as text in base64, and tries one after the other. */

/** What a key is: a file, or the text of one. */
export type KeyText =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'text'; readonly text: string }
  /** Encrypted for Goma (`GOMA_CONFIG_ENCRYPTION_KEY`). */
  | { readonly kind: 'encrypted' }

/** Undefined for what is neither a path nor the text of a key. */
export function readKeyText(value: string): KeyText | undefined {
  const text = textOf(value)
  if (text?.startsWith('-----BEGIN PGP ') === true) return { kind: 'encrypted' }
  if (text !== undefined) return { kind: 'text', text }
  return KEY_FILE.test(value) ? { kind: 'file', path: value } : undefined
}

/** Whether a value that should be a path is a key or a certificate: it must not be looked for, nor shown. */
export const isWrittenKey = (value: string): boolean =>
  textOf(value) !== undefined || value.length > MAX_PATH || PEM_IN_BASE64.test(value)

const MAX_PATH = 255
/** `-----BEGIN`, also if the rest was cut off. */
const PEM_IN_BASE64 = /^\s*LS0tLS1CRUdJTi/
const KEY_FILE = /^[\w./-]{1,255}\.(?:pem|pub|crt|cer|key|json|jwks)$/
const BASE64 = /^[A-Za-z0-9+/\s]{16,}={0,2}\s*$/
const BEGINNING = /^\s*(?:-----BEGIN |\{)/

function textOf(value: string): string | undefined {
  if (BEGINNING.test(value)) return value.trim()
  if (!BASE64.test(value)) return undefined
  const decoded = Buffer.from(value, 'base64').toString('utf8')
  return BEGINNING.test(decoded) ? decoded.trim() : undefined
}
