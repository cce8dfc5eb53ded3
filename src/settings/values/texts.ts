/** Strings of the configuration that have a syntax of their own, each with its parser. */
import { parseClaimPath } from '../../syntax/claim-path.ts'
import { compileClaimPattern } from '../../syntax/claim-pattern.ts'
import { ALGORITHM_NAMES, isAlgorithm, type Algorithm } from '../../syntax/algorithms.ts'
import { parseHost } from '../../syntax/parse-host.ts'
import { err, ok, type Result } from '../../result.ts'
import { refuse, type Problem } from '../problem.ts'
import { quoted } from '../../printable.ts'
import { suggestion } from '../../suggest.ts'

/** RFC 9110 §5.6.2. */
export const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const HOST = /^[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*$/
const MAX_CLAIM_PATH_LENGTH = 256

type Parsed<T = string> = Result<T, Problem>

/** Any text without white space around it. */
export const notEmpty = (text: string): Parsed =>
  text.trim() === text && text !== ''
    ? ok(text)
    : refuse(
        'ERR_CONFIG_VALUE',
        text.trim() === '' ? 'an empty string' : `${quoted(text)} begins or ends with white space`,
      )

/** Texts that match the pattern; of others the message is "TEXT {@link why}". */
const matching =
  (pattern: RegExp, code: Problem['code'], why: string, ...hints: string[]) =>
  (text: string): Parsed =>
    pattern.test(text) ? ok(text) : refuse(code, `${quoted(text)} ${why}`, ...hints)

/** A name that operators, URLs and metrics can carry. */
export const parseName = matching(
  /^[A-Za-z0-9_.-]{1,64}$/,
  'ERR_CONFIG_NAME',
  'is not a name',
  'use 1 to 64 letters, digits, `_`, `.` or `-`',
)

export function parseAlgorithm(text: string): Parsed<Algorithm> {
  if (isAlgorithm(text)) return ok(text)
  const why = text.toLowerCase() === 'none' ? 'tokens without a signature are never accepted' : undefined
  return err({
    code: 'ERR_CONFIG_ALGORITHM_UNKNOWN',
    message: `${quoted(text)} is not a signature algorithm`,
    ...suggestion(text, ALGORITHM_NAMES),
    hints: [why ?? `one of ${ALGORITHM_NAMES.join(', ')}`],
  })
}

/** SHA-256 in base64url (RFC 7638 §3): 43 characters, of which the last carries four bits only. */
export const parseThumbprint = matching(
  /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/,
  'ERR_CONFIG_VALUE',
  'is not a SHA-256 thumbprint',
  'write the 43 characters that `warder keys list` shows (RFC 7638)',
)

/** A method in upper case; they are compared exactly (RFC 9110 §9.1). */
export const parseMethod = (text: string): Parsed =>
  TOKEN.test(text)
    ? ok(text.toUpperCase())
    : refuse('ERR_CONFIG_METHOD', `${quoted(text)} is not an HTTP method`)

/** A header, cookie or scheme name: a token of RFC 9110. */
export const parseToken = matching(
  TOKEN,
  'ERR_CONFIG_HEADER',
  'has characters that are not allowed in this name',
)

/** The name of a cookie, or its beginning followed by `*`. */
export const parseCookiePattern = (text: string): Parsed => {
  const name = text.endsWith('*') ? text.slice(0, -1) : text
  if (!name.includes('*') && name !== '') return parseToken(text)
  const message = `${quoted(text)} is neither the name of a cookie nor a prefix of one`
  const hint = 'write a name, or a prefix that ends with `*`: `_oauth2_proxy*`'
  return refuse('ERR_CONFIG_HEADER', message, hint)
}

/** Sent as a quoted string: what stands in one without escapes (RFC 9110 §5.6.4). */
export const parseRealm = matching(
  /^[\x20\x21\x23-\x5b\x5d-\x7e]{1,128}$/,
  'ERR_CONFIG_VALUE',
  'cannot be a realm',
  'use visible ASCII without `"` and `\\`',
)

/** A lower-case host as requests name it, or `*.example.com`. */
export function checkHostPattern(text: string): Parsed {
  const host = text.toLowerCase()
  // As the matcher will be asked for it, or the route would never match.
  const ipv6 = host.startsWith('[') && host.endsWith(']') ? parseHost(host) : undefined
  if (ipv6 !== undefined) return ok(ipv6)
  const name = host.startsWith('*.') ? host.slice(2) : host
  if (HOST.test(name) && parseHost(name) === name) return ok(host)
  const hint = /:\d+$/.test(host)
    ? 'remove the port; it is not compared'
    : 'write api.example.com or *.example.com; international names in their xn-- form'
  return refuse('ERR_CONFIG_HOST', `${quoted(text)} is not a host pattern`, hint)
}

/** One scope: no white space (RFC 6749 §3.3). */
export const parseScope = matching(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'ERR_CONFIG_SCOPE', 'is not a scope')

/** The dotted path of a claim, as the rules themselves read it. */
export function checkClaimPath(text: string): Parsed {
  if (text.length <= MAX_CLAIM_PATH_LENGTH && parseClaimPath(text) !== undefined) return ok(text)
  const hint = 'separate names by dots; `\\.` is a dot inside a name'
  return refuse('ERR_CONFIG_CLAIM_PATH', `${quoted(text)} is not a claim path`, hint)
}

/** How a claim must begin, spaces included. */
export const parseBeginning = (text: string): Parsed =>
  text === '' ? refuse('ERR_CONFIG_VALUE', 'an empty text is a prefix of every text') : ok(text)

/** A word of a claim with several. */
export const parseWord = (text: string): Parsed =>
  text === '' || text.includes(' ')
    ? refuse('ERR_CONFIG_VALUE', `${quoted(text)} is not one word`, 'write several words as a list')
    : ok(text)

/** A regular expression, as the rules themselves read it. */
export function parsePattern(text: string): Parsed {
  const compiled = compileClaimPattern(text)
  if (compiled.ok) return ok(text)
  const hint = 'use RE2 syntax, without look-around and back-references; the whole claim must match'
  return refuse('ERR_CONFIG_PATTERN', `${quoted(text)} is not a pattern: ${compiled.error}`, hint)
}

// What a path segment and a host label may both hold; `.` and `..` would be another URL.
const TENANT = /^(?!\.{1,2}$)[A-Za-z0-9_.-]{1,64}$/

/** What stands for `{tenant}` in an issuer. */
export function parseTenant(text: string): Parsed {
  if (TENANT.test(text)) return ok(text)
  const hint = text.includes('*')
    ? 'list the tenants, or write the word `any` instead of the list to accept every tenant'
    : 'use 1 to 64 letters, digits, `_`, `.` or `-`'
  return refuse('ERR_CONFIG_NAME', `${quoted(text)} is not a tenant`, hint)
}

/** A media type as `typ` has it: lower case, without `application/` (RFC 7515 §4.1.9). */
export function parseTyp(text: string): Parsed {
  const typ = text.toLowerCase().replace(/^application\/(?=[^/]*$)/, '')
  return /^[!-~]+$/.test(typ) ? ok(typ) : refuse('ERR_CONFIG_VALUE', `${quoted(text)} is not a token type`)
}
