/** The totals that `bun test` prints at its end. */

export interface TestCounts {
  readonly passed: number
  /** Failed tests, and test files that could not be loaded. */
  readonly failed: number
  /** Skipped tests and those marked as to do. */
  readonly skipped: number
}

// oxlint-disable-next-line no-control-regex -- colours are escape sequences
const COLOUR = /\u001b\[[0-9;]*m/g

/**
 * Reads the last summary in the output, whatever tests printed before it. All zero when there is none: no test
 * ran, or Bun itself died.
 */
export function readCounts(output: string): TestCounts {
  const lines = output.replaceAll(COLOUR, '').split('\n')
  const start = lines.findLastIndex((line) => /^ *\d+ pass$/.test(line))
  const summary = start === -1 ? [] : lines.slice(start)
  const count = (word: string): number => {
    const line = summary.find((one) => new RegExp(`^ *\\d+ ${word}$`).test(one))
    return line === undefined ? 0 : Number.parseInt(line, 10)
  }
  return { passed: count('pass'), failed: count('fail'), skipped: count('skip') + count('todo') }
}

/** `12 passed, 0 failed`, with `, 3 skipped` when there are any. */
export function formatCounts({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
