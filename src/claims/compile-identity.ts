/** Compiled identity headers: from the claims of a verified token to header values. */
import { err, ok, type Result } from '../result.ts'
import { assertClaimPath, readClaim, type Claims } from '../syntax/claim-path.ts'
import { isInexact, parseWithExactNumbers } from './exact-numbers.ts'
import { encodeHeaderText, encodeListElement, toAsciiJson } from './header-value.ts'
import type { IdentityHeaderSettings } from '../settings/policy/definition.ts'

/** A claim that cannot be written as an identity header. */
export interface IdentityProblem {
  readonly header: string
  /** The limit, if the value is longer; absent: the claim has no unambiguous form as a header value. */
  readonly maxBytes?: number
}

/** Claims and the text they were parsed from. */
export interface ClaimsWithPayload {
  readonly claims: Claims
  readonly payload: Uint8Array
}

/** One value per identity header of the configuration; empty if this policy or this token has none. */
export type ReadIdentity = (token: ClaimsWithPayload) => Result<readonly string[], IdentityProblem>

/**
 * Compiles the identity headers of one policy.
 *
 * @param allNames Every identity header of every policy, lower case: values come in this order.
 */
export function compileIdentity(
  headers: readonly IdentityHeaderSettings[],
  allNames: readonly string[],
): ReadIdentity {
  const readers = headers.map((settings) => ({
    settings,
    path: assertClaimPath(settings.claim),
    slot: allNames.indexOf(settings.name.toLowerCase()),
  }))
  const blank = allNames.map(() => '')
  return (token) => {
    const values = blank.slice()
    for (const { settings, path, slot } of readers) {
      const value = formatClaim(exactly(readClaim(token.claims, path), path, token), settings)
      const { name: header, maxBytes } = settings
      if (value === undefined) return err({ header })
      if (value.length > maxBytes) return err({ header, maxBytes })
      values[slot] = value
    }
    return ok(values)
  }
}

/** The claim with exact numbers; NaN stands for a number that the runtime cannot represent exactly. */
function exactly(value: unknown, path: readonly string[], token: ClaimsWithPayload): unknown {
  if (!hasInexactNumber(value)) return value
  const exact = parseWithExactNumbers(token.payload)
  return exact === undefined ? Number.NaN : readClaim(exact as Claims, path)
}

function hasInexactNumber(value: unknown): boolean {
  if (typeof value === 'number') return isInexact(value)
  if (typeof value !== 'object' || value === null) return false
  // Lists are common, and need no copy of their values.
  const values: readonly unknown[] = Array.isArray(value) ? value : Object.values(value)
  return values.some(hasInexactNumber)
}

function formatClaim(value: unknown, settings: IdentityHeaderSettings): string | undefined {
  if (value === undefined || value === null) return ''
  if (typeof value !== 'object') {
    const text = scalarText(value)
    return text === undefined ? undefined : encodeHeaderText(text, settings.encoding)
  }
  if (settings.arrays === 'csv') return Array.isArray(value) ? formatList(value, settings) : undefined
  const json = toAsciiJson(value)
  return settings.encoding === 'base64url' ? encodeHeaderText(json, 'base64url') : json
}

function formatList(items: readonly unknown[], settings: IdentityHeaderSettings): string | undefined {
  const elements: string[] = []
  for (const item of items) {
    const text = scalarText(item)
    // An empty element is indistinguishable from no element.
    if (text === undefined || text === '') return undefined
    elements.push(encodeListElement(text, settings.encoding))
  }
  return elements.join(',')
}

function scalarText(value: unknown): string | undefined {
  // A lone surrogate has no UTF-8; two different ones would become the same replacement character.
  if (typeof value === 'string') return value.isWellFormed() ? value : undefined
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined
  return typeof value === 'boolean' ? String(value) : undefined
}
