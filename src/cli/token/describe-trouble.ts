/** What exactly is wrong with a text that should be a token, without repeating any of it. */
import { decodeBase64url } from '../../jwt/base64url.ts'

/** Characters that copying and quoting leave behind. */
const NAMES: Readonly<Record<string, string>> = {
  ' ': 'a space',
  '\n': 'a line break',
  '\r': 'a line break',
  '\t': 'a tab',
  '"': 'a double quote',
  "'": 'a single quote',
  '=': 'an equals sign: base64url in a token has no padding',
  '+': 'a plus sign: this is base64, not base64url',
  '/': 'a slash: this is base64, not base64url',
  '%': 'a percent sign: the token was taken from a URL without decoding it',
  $: 'a dollar sign: was a variable not filled in?',
}

const PARTS = ['header', 'payload', 'signature'] as const

/** Hints for people, most telling first; empty if there is nothing to add to the message of the strict decoder. */
export function describeTrouble(token: string): readonly string[] {
  const at = token.search(/[^A-Za-z0-9_.-]/)
  if (at >= 0) return [`character ${at + 1} of ${token.length} is ${nameOf(token.charAt(at))}`]
  const parts = token.split('.', 4)
  if (parts.length !== 3) return []
  return parts.flatMap((part, index) => {
    const trouble = troubleOf(part)
    return trouble === undefined ? [] : [`the ${PARTS[index] ?? ''} ${trouble}`]
  })
}

const nameOf = (character: string): string =>
  NAMES[character] ??
  (/[!-~]/.test(character) ? 'a character that tokens do not have' : 'not a visible ASCII character')

function troubleOf(part: string): string | undefined {
  if (part === '') return 'is empty'
  if (part.length % 4 === 1)
    return `has ${part.length} characters, which no base64url text has: it was cut off`
  return decodeBase64url(part) === undefined
    ? 'has bits behind its last byte: it was cut off or changed'
    : undefined
}
