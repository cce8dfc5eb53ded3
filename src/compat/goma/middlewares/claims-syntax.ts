/**
 * The language of Goma's `claimsExpression`: calls such as Equals(`role`, `admin`), with `&&`, `||`, `!` and parentheses.
 * All of it is read, to the last character; what is no conjunction of calls is refused by name.
 */
import type { Problem } from '../../../settings/problem.ts'
import { err, ok, type Result } from '../../../result.ts'
import { unsupported } from '../noted-keys.ts'

export interface ClaimCall {
  readonly name: 'Equals' | 'Prefix' | 'Contains' | 'OneOf'
  readonly claim: string
  /** Never empty. */
  readonly values: readonly string[]
  /** Where it begins, from 1. */
  readonly at: number
}

interface Token {
  readonly kind: 'name' | 'text' | 'bare' | '(' | ')' | ',' | '&&' | '||' | '!'
  readonly text: string
  readonly at: number
}

const MAX_LENGTH = 4_096
const MAX_DEPTH = 32
const NAMES: ReadonlySet<string> = new Set<ClaimCall['name']>(['Equals', 'Prefix', 'Contains', 'OneOf'])

/** The alternatives share no first character, so that it is linear. A quote ends at the next one of its kind. */
const TOKEN = /\s*(?:(?<text>`[^`]*`|'[^']*'|"[^"]*")|(?<mark>&&|\|\||[!(),])|(?<word>[A-Za-z0-9_.+-]+))/y

/** The calls that must all hold, in the written order. */
export function parseClaimsExpression(text: string): Result<readonly ClaimCall[], Problem> {
  if (text.length > MAX_LENGTH) return bad(MAX_LENGTH, 'the expression is too long')
  const tokens = readTokens(text)
  if (!tokens.ok) return tokens
  const calls: ClaimCall[] = []
  const end = text.trimEnd().length + 1
  let next = 0
  let depth = 0
  const here = (): number => tokens.value[next]?.at ?? end
  // Conjunctions do not care for parentheses, which only have to be in pairs.
  for (;;) {
    while (tokens.value[next]?.kind === '(') {
      next++
      if (++depth > MAX_DEPTH) return bad(here(), 'too many parentheses')
    }
    if (tokens.value[next]?.kind === '!') return refusedMark('!', here())
    const call = readCall(tokens.value, next, end)
    if (!call.ok) return call
    calls.push(call.value.call)
    next = call.value.next
    while (depth > 0 && tokens.value[next]?.kind === ')') {
      next++
      depth--
    }
    const mark = tokens.value[next]
    if (mark === undefined) return depth === 0 ? ok(calls) : bad(end, 'a `)` is missing')
    if (mark.kind === '||') return refusedMark('||', mark.at)
    if (mark.kind !== '&&') return bad(mark.at, '`&&` or the end is expected here')
    next++
  }
}

function readTokens(text: string): Result<readonly Token[], Problem> {
  const tokens: Token[] = []
  const end = text.trimEnd().length
  const pattern = new RegExp(TOKEN)
  while (pattern.lastIndex < end) {
    const start = pattern.lastIndex
    const found = pattern.exec(text)
    if (found === null) {
      const at = start + (text.slice(start).search(/\S/) + 1)
      return bad(at, 'a quote that does not end, or a character that means nothing here')
    }
    const { text: quote, mark, word = '' } = found.groups ?? {}
    const at = pattern.lastIndex - (quote ?? mark ?? word).length + 1
    if (quote !== undefined) tokens.push({ kind: 'text', text: quote.slice(1, -1), at })
    else if (mark !== undefined) tokens.push({ kind: mark as Token['kind'], text: mark, at })
    else tokens.push({ kind: NAMES.has(word) ? 'name' : 'bare', text: word, at })
  }
  return ok(tokens)
}

/** A claim in quotes, and values in quotes or bare, such as true or 42. */
function readCall(
  tokens: readonly Token[],
  start: number,
  end: number,
): Result<{ readonly call: ClaimCall; readonly next: number }, Problem> {
  const at = (i: number): number => tokens[i]?.at ?? end
  const name = tokens[start]
  if (name?.kind !== 'name')
    return bad(at(start), `one of ${[...NAMES].join(', ')} is expected here, in this letter case`)
  if (tokens[start + 1]?.kind !== '(') return bad(at(start + 1), '`(` is expected here')
  const claim = tokens[start + 2]
  if (claim?.kind !== 'text' || claim.text === '')
    return bad(at(start + 2), 'a claim in quotes is expected here')
  const values: string[] = []
  let next = start + 3
  while (tokens[next]?.kind === ',') {
    const value = tokens[next + 1]
    if (value?.kind !== 'text' && value?.kind !== 'bare') return bad(at(next + 1), 'a value is expected here')
    values.push(value.text)
    next += 2
  }
  if (values.length === 0) return bad(at(next), '`,` and a value are expected here')
  if (tokens[next]?.kind !== ')') return bad(at(next), '`,` or `)` is expected here')
  const call = { name: name.text as ClaimCall['name'], claim: claim.text, values, at: name.at }
  return ok({ call, next: next + 1 })
}

const HINTS = {
  '||': 'where both sides ask for the same claim, write `OneOf`; else make two middlewares for two routes',
  '!': 'name the values that may pass with `OneOf`',
} as const

const refusedMark = (mark: keyof typeof HINTS, at: number): Result<never, Problem> =>
  err(unsupported(`\`${mark}\` at character ${at} of the expression is not supported`, HINTS[mark]))

const bad = (at: number, why: string): Result<never, Problem> =>
  err({
    code: 'ERR_CONFIG_VALUE',
    message: `the expression cannot be read at character ${at}: ${why}`,
    hints: ['write conditions such as Equals(`role`, `admin`), with `&&` between them'],
  })
