/** Words that have no effect, because none of those is written that they need beside them. */
import type { Kind } from './kinds/kind.ts'
import { problemAtKey, type LocatedProblem } from './problem.ts'

/**
 * @param written The map at `pointer`. An option that is `false` counts as not written.
 * @param why Ends the message.
 */
export const uselessWords = (
  { shape = {} }: Pick<Kind, 'shape'>,
  pointer: string,
  written: Readonly<Record<string, unknown>>,
  why?: string,
): readonly LocatedProblem[] => {
  const isWritten = (word: string): boolean => written[word] !== undefined && written[word] !== false
  // A map has few of the words that it may have.
  return Object.keys(written).flatMap((word) => {
    const beside = Object.hasOwn(shape, word) ? shape[word]?.beside : undefined
    if (written[word] === undefined || beside === undefined || beside.some(isWritten)) return []
    const message = `\`${word}\` has no effect ${why ?? `without \`${beside.join('` or `')}\``}`
    return [problemAtKey(`${pointer}/${word}`, 'ERR_CONFIG_USELESS_KEY', message)]
  })
}
