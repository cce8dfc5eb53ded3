/** `warder token inspect`: header and claims of a token, without verification. */
import { parseWithExactNumbers } from '../../claims/exact-numbers.ts'
import { printable, printableJson } from '../../printable.ts'
import { decodeBase64url } from '../../jwt/base64url.ts'
import { decodeJws, type DecodedJws } from '../../jwt/decode-jws.ts'
import { type DecodeProblem } from '../../jwt/jose-header.ts'
import { describeDenial } from '../../decision/explain/describe-denial.ts'
import { formatDistance } from '../../decision/explain/format-distance.ts'
import { parseStrictObject, type JsonObject } from '../../strict-json.ts'
import { writeJson, writeResult, type Cli } from '../cli.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { createPaint, type Paint } from '../paint.ts'
import { readToken } from '../read-input.ts'
import { formatTime } from '../times.ts'

export interface InspectOptions {
  readonly tokenFile?: string
}

const SCHEMA = 'warder.token-inspect/v1'

/** Claims that are dates: RFC 7519 §4.1, OpenID Connect Core §2 and §5.1. */
const DATES: ReadonlySet<string> = new Set(['exp', 'nbf', 'iat', 'auth_time', 'updated_at'])

/** Members of a header that name or hold a key. */
const KEYS_IN_HEADER: ReadonlySet<string> = new Set(['jwk', 'jku', 'x5c', 'x5u'])

export async function runTokenInspect(
  cli: Cli,
  argument: string | undefined,
  options: InspectOptions,
): Promise<ExitCode> {
  const token = await readToken(cli, argument, options.tokenFile)
  const decoded = decodeJws(token)
  if (!decoded.ok) return reportMalformed(cli, decoded.error, describeTrouble(token))
  const header =
    parseStrictObject(decodeBase64url(token.slice(0, token.indexOf('.'))) ?? new Uint8Array()) ?? {}
  const claims = exactClaims(decoded.value)
  const times = timesOf(claims, cli.nowMs())
  const paint = createPaint(cli.colour.stderr)
  cli.stderr.write(
    `${paint('yellow', 'NOT VERIFIED')}: anybody can create such a token. To verify: warder token verify\n`,
  )
  const signatureBytes = decoded.value.signature.length
  writeResult(cli, SCHEMA, { verified: false, header, claims, times, signatureBytes }, () =>
    formatToken(header, claims, times, signatureBytes, createPaint(cli.colour.stdout)),
  )
  return EXIT.ok
}

/** Numbers past 2^53 as strings of their digits: rounded ones would mislead. */
const exactClaims = ({ claims, payload }: DecodedJws): JsonObject =>
  (parseWithExactNumbers(payload) as JsonObject | undefined) ?? claims

type Times = Readonly<Record<string, { readonly at: string; readonly distance: string }>>

function timesOf(claims: JsonObject, nowMs: number): Times {
  const times = Object.entries(claims).flatMap(([name, value]) => {
    const at = DATES.has(name) && typeof value === 'number' ? formatTime(value * 1000) : undefined
    if (at === undefined) return []
    return [[name, { at, distance: formatDistance(Number(value) - nowMs / 1000) }] as const]
  })
  return Object.fromEntries(times)
}

function formatToken(
  header: JsonObject,
  claims: JsonObject,
  times: Times,
  signatureBytes: number,
  paint: Paint,
): string {
  const width = Math.max(...[...Object.keys(header), ...Object.keys(claims)].map((name) => name.length), 0)
  const line = (name: string, value: unknown, remark: string): string =>
    `  ${printable(name).padEnd(width)}  ${printableJson(JSON.stringify(value))}${remark === '' ? '' : `  ${paint('faint', remark)}`}`
  const headerLines = Object.entries(header).map(([name, value]) =>
    line(name, value, KEYS_IN_HEADER.has(name) ? 'never read: a token cannot vouch for itself' : ''),
  )
  const claimLines = Object.entries(claims).map(([name, value]) => {
    const time = Object.hasOwn(times, name) ? times[name] : undefined
    return line(name, value, time === undefined ? '' : `${time.at}, ${time.distance}`)
  })
  const blocks = [paint('bold', 'header'), ...headerLines, paint('bold', 'claims'), ...claimLines]
  return `${[...blocks, `${paint('bold', 'signature')} ${signatureBytes} bytes`].join('\n')}\n`
}

function reportMalformed(cli: Cli, problem: DecodeProblem, hints: readonly string[]): ExitCode {
  const paint = createPaint(cli.colour.stderr)
  const { reason } = problem
  const detail = describeDenial(problem) ?? ''
  cli.stderr.write(
    `${[`${paint('red', reason)}: ${printable(detail)}`, ...hints.map((hint) => `  = ${printable(hint)}`)].join('\n')}\n`,
  )
  if (cli.json) writeJson(cli, SCHEMA, { verified: false, reason, detail, hints })
  return EXIT.denied
}

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

/**
 * What exactly is wrong, without repeating any of the text; most telling first, empty if there is nothing to add to
 * the message of the strict decoder.
 */
function describeTrouble(token: string): readonly string[] {
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
  (/[!-~]/.test(character) ? 'a character that is invalid in a token' : 'not a visible ASCII character')

function troubleOf(part: string): string | undefined {
  if (part === '') return 'is empty'
  if (part.length % 4 === 1)
    return `has ${part.length} characters, which is impossible in base64url: it was cut off`
  return decodeBase64url(part) === undefined
    ? 'has extra bits after its last byte: it was cut off or changed'
    : undefined
}
