/** Diagnostics for people, in the manner of rustc, and for programs. */
import { styleText } from 'node:util'
import { codeFrame, type CodeFrame } from './code-frame.ts'
import type { Diagnostic, SourcePosition, SourceText } from './diagnostic.ts'
import { printable } from '../printable.ts'

/** A diagnostic as `--json` prints it. */
export interface DiagnosticJson extends Omit<Diagnostic, 'position' | 'label'>, Partial<SourcePosition> {
  readonly suggestion?: string
  readonly docs: string
  /** The lines around it, for a program that does not have the source; secrets in them are masked. */
  readonly frame?: CodeFrame
}

/** A diagnostic with the lines around it, if its source is known. */
export interface FramedDiagnostic extends Diagnostic {
  readonly frame?: CodeFrame
}

/**
 * Every diagnostic with its code frame, and a last line that counts them; empty for none.
 *
 * @param source The text that the positions point into; secrets in it are masked.
 * @param options.colour Write ANSI colours. Default false.
 */
export function formatDiagnostics(
  diagnostics: readonly Diagnostic[],
  source: SourceText,
  options: { readonly colour?: boolean } = {},
): string {
  return formatFramed(withFrames(diagnostics, source), source.file, options)
}

/**
 * The same for diagnostics whose source is elsewhere.
 *
 * @param file Named for what has no position.
 */
export function formatFramed(
  diagnostics: readonly FramedDiagnostic[],
  file: string,
  options: { readonly colour?: boolean } = {},
): string {
  if (diagnostics.length === 0) return ''
  const paint = options.colour === true ? colourful : plain
  const blocks = diagnostics.map((diagnostic) => formatOne(diagnostic, file, paint))
  return `${blocks.join('\n\n')}\n\n${countOf(diagnostics)}\n`
}

/** Each with the lines around it. */
export function withFrames(
  diagnostics: readonly Diagnostic[],
  source: SourceText,
): readonly FramedDiagnostic[] {
  const texts = [source, ...(source.included ?? [])]
  return diagnostics.map((diagnostic) => {
    const { position } = diagnostic
    const text = texts.find(({ file }) => file === position?.file)
    const isShown = position !== undefined && text !== undefined && text.text !== ''
    const frame = isShown ? codeFrame(text, position) : undefined
    return frame === undefined ? diagnostic : { ...diagnostic, frame }
  })
}

/** The same facts without the source, but with the frames that they have. */
export const diagnosticsToJson = (diagnostics: readonly FramedDiagnostic[]): readonly DiagnosticJson[] =>
  diagnostics.map(({ code, severity, message, position, pointer, label, hints, frame }) => ({
    code,
    severity,
    message,
    ...position,
    ...(pointer === undefined ? {} : { pointer }),
    ...(label === undefined ? {} : { suggestion: label }),
    hints,
    docs: docsAnchor(code),
    ...(frame === undefined ? {} : { frame }),
  }))

/** Where a code is explained. */
const docsAnchor = (code: string): string => `docs/errors.md#${code.toLowerCase()}`

type Paint = (style: keyof typeof STYLES, text: string) => string

const plain: Paint = (_, text) => text

const STYLES = {
  error: ['bold', 'red'],
  warning: ['bold', 'yellow'],
  faint: ['blue'],
  strong: ['bold'],
} as const
// Whether colours are wanted is the caller's decision, which knows the output and the environment.
const colourful: Paint = (style, text) => styleText(STYLES[style], text, { validateStream: false })

function formatOne(diagnostic: FramedDiagnostic, file: string, paint: Paint): string {
  const { code, severity, position, label, frame } = diagnostic
  const head = `${paint(severity, `${severity}[${code}]`)}: ${paint('strong', printable(diagnostic.message))}`
  const width = String(position?.line ?? 1).length
  const margin = (text: string | number): string => paint('faint', `${String(text).padStart(width)} |`)
  const place = position === undefined ? file : `${position.file}:${position.line}:${position.column}`
  const lines = [head, `${' '.repeat(width)}${paint('faint', '-->')} ${printable(place)}`]
  if (frame !== undefined) {
    const beside = label === undefined ? '' : ` ${label}`
    lines.push(margin(''))
    for (const { number, text } of frame.lines) lines.push(`${margin(number)} ${text}`.trimEnd())
    lines.push(`${margin('')} ${paint(severity, frame.carets + beside)}`)
  }
  const notes = [
    ...(frame === undefined && label !== undefined ? [label] : []),
    ...diagnostic.hints,
    docsAnchor(code),
  ]
  for (const note of notes) lines.push(`${' '.repeat(width + 1)}${paint('faint', '=')} ${printable(note)}`)
  return lines.join('\n')
}

function countOf(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length
  const count = (n: number, word: string): string[] => (n === 0 ? [] : [`${n} ${word}${n === 1 ? '' : 's'}`])
  return [...count(errors, 'error'), ...count(diagnostics.length - errors, 'warning')].join(', ')
}
