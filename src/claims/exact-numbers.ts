/** Numbers of a token that JavaScript cannot hold, as the token wrote them. */

/** A number that became another one when it was parsed: an integer past 2^53, or one that is infinite now. */
export const isInexact = (value: number): boolean =>
  !Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))

/**
 * Parses JSON with every number past 2^53 as a string of its exact digits. Undefined where the runtime does not
 * tell the source text (Node before 21): then the number is refused rather than rounded.
 */
export function parseWithExactNumbers(payload: Uint8Array): unknown {
  let told = true
  const keepDigits = (_name: string, value: unknown, context?: { source?: string }): unknown => {
    if (typeof value !== 'number' || !isInexact(value)) return value
    if (context?.source === undefined || !/^-?\d+$/.test(context.source)) told = false
    return context?.source
  }
  const parse = JSON.parse as (text: string, reviver: typeof keepDigits) => unknown
  const value = parse(new TextDecoder().decode(payload), keepDigits)
  return told ? value : undefined
}
