/** Colours of the terminal, where they are wanted. */

export type Colour = 'red' | 'green' | 'yellow' | 'faint' | 'bold'

/** Wraps a text in a colour, or leaves it as it is. */
export type Paint = (colour: Colour, text: string) => string

const SGR: Readonly<Record<Colour, string>> = {
  red: '1;31',
  green: '1;32',
  yellow: '1;33',
  faint: '2',
  bold: '1',
}

export const createPaint = (enabled: boolean): Paint =>
  enabled ? (colour, text) => `\u001b[${SGR[colour]}m${text}\u001b[0m` : (_, text) => text

/**
 * Whether to colour what goes to an output: only for a person's eyes, and never against their wish.
 *
 * @see https://no-color.org: NO_COLOR counts when it is set and not empty.
 */
export const wantsColour = (
  isTerminal: boolean,
  env: Readonly<Record<string, string | undefined>>,
  args: readonly string[],
): boolean => isTerminal && (env['NO_COLOR'] ?? '') === '' && !args.includes('--no-color')
