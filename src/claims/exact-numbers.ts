/** Numbers of a token that JavaScript cannot represent, as the token has them. */

/** A number that parsing changed: an integer beyond 2^53, or a number that became infinite. */
export const isInexact = (value: number): boolean =>
  !Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))

/**
 * Parses JSON with every number beyond 2^53 as a string of its exact digits. Undefined if the runtime does not
 * provide the source text (Node before 21): then the number is refused rather than rounded.
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
