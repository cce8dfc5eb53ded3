/** Colours of the terminal, when they are wanted. */
import { styleText } from 'node:util'

const STYLES = {
  red: ['bold', 'red'],
  green: ['bold', 'green'],
  yellow: ['bold', 'yellow'],
  faint: ['dim'],
  bold: ['bold'],
} as const

export type Colour = keyof typeof STYLES

/** Wraps a text in a colour, or leaves it as it is. */
export type Paint = (colour: Colour, text: string) => string

export const createPaint = (enabled: boolean): Paint =>
  enabled ? (colour, text) => styleText(STYLES[colour], text, { validateStream: false }) : (_, text) => text

/**
 * Whether to colour what goes to an output: only on a terminal, and never against the operator's wish.
 *
 * @see https://no-color.org: NO_COLOR counts when it is set and not empty.
 */
export const wantsColour = (
  isTerminal: boolean,
  env: Readonly<Record<string, string | undefined>>,
  args: readonly string[],
): boolean => isTerminal && (env['NO_COLOR'] ?? '') === '' && !args.includes('--no-color')
