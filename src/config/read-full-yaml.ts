/** All of YAML → plain data with positions, or what is wrong with it. JSON is read by the same parser: it is YAML as well. */
import { LineCounter, parseAllDocuments, type Document, type Node, type YAMLParseError } from 'yaml'
import { err, ok, type Result } from '../result.ts'
import { toDiagnostic, type Diagnostic, type SourceText } from './diagnostic.ts'
import { mistake, type Problem } from '../settings/problem.ts'
import { toPlainValue } from './plain-value.ts'
import { findSecretRanges } from './secret-ranges.ts'
import { createSourceDocument, positionAt, type SourceDocument } from './source-document.ts'

/** A broken line often breaks all that follow; more than this is noise. */
const MAX_SYNTAX_ERRORS = 20

/** Diagnostics, with the text that their positions point into. */
export interface ParseFailure {
  readonly diagnostics: readonly Diagnostic[]
  readonly source: SourceText
}

/** Everything that a text says, and where. Slow: 0.6 seconds of CPU time for a megabyte. */
export function readFullYaml(text: string, file: string): Result<SourceDocument, ParseFailure> {
  const lines = new LineCounter()
  const documents = readDocuments(text, lines)
  const plainText = { file, text, secretRanges: [] }
  if (documents === undefined) {
    return failure(plainText, [toDiagnostic({ code: 'ERR_CONFIG_SYNTAX', message: 'nested too deeply' })])
  }
  const [document] = documents
  const allErrors = documents.flatMap(({ errors }) => errors)
  const syntaxErrors = allErrors.filter((error) => !isLooseComment(error, text))
  const contents = document?.contents ?? null
  // Conversion recurses; a broken document may be broken in any way.
  const plain = syntaxErrors.length > 0 ? undefined : toPlainValue(contents)
  const source: SourceText = {
    file,
    text,
    secretRanges: findSecretRanges(text, contents, plain?.aliases ?? new Map(), plain !== undefined),
  }
  const place = (problem: Problem, range: readonly [number, number]): Diagnostic =>
    toDiagnostic(problem, undefined, positionAt(source, lines, range[0], range[1]))

  if (plain === undefined) {
    const foreign = findForeignText(text)
    if (foreign !== undefined) return failure(source, [place(NO_CONFIGURATION, foreign)])
    return failure(source, firstPerLine(syntaxErrors.map((error) => place(syntaxProblem(error), error.pos))))
  }
  const second = documents[1]
  if (second !== undefined) return failure(source, [place(MULTIPLE_DOCUMENTS, rangeOf(second))])
  if (contents === null || plain.value === null) return failure(source, [toDiagnostic(EMPTY)])
  const problems = plain.problems.map(({ problem, node }) => place(problem, rangeOf(node)))
  if (typeof plain.value !== 'object' || Array.isArray(plain.value))
    problems.push(place(NOT_A_MAP, rangeOf(contents)))
  if (problems.length > 0) return failure(source, problems)
  const nodes = { source, contents, aliases: plain.aliases, lines }
  const looseComments = allErrors.map((error) => place(syntaxProblem(error), error.pos))
  return ok(createSourceDocument(nodes, plain.value as Record<string, unknown>, looseComments))
}

const NO_CONFIGURATION = mistake(
  'ERR_CONFIG_SYNTAX',
  'this is not a configuration: it does not begin with `key: value`',
  'name a YAML or JSON file; a `warder.yaml` begins with `version: 1`',
)

/** A key, an entry of a list, or the beginning of a map or list in JSON. */
const BEGINNING = /^\s*(?:[{[]|- |["']?[\w.-]+["']?\s*:(?:\s|$))/

/**
 * The first line of a text of another kind, such as a page of Markdown or a script: each of its lines would be an error
 * of its own. Undefined when it begins as a configuration does.
 */
function findForeignText(text: string): readonly [number, number] | undefined {
  let start = 0
  for (const line of text.split('\n')) {
    // Comments, directives and the marks of documents come before the first key.
    const isContent = /^\s*[^\s#%]/.test(line) && !/^---(?:\s|$)/.test(line)
    if (isContent) return BEGINNING.test(line) ? undefined : [start, start + line.length]
    start += line.length + 1
  }
  return undefined
}

/**
 * A `#` right behind a quote or a bracket. YAML wants a space before it (YAML 1.2 §6.6), Go's reader does not, and
 * both find the same value: so it is for the format to say whether that is a mistake.
 */
const isLooseComment = ({ code, pos: [at] }: YAMLParseError, text: string): boolean =>
  code === 'MISSING_CHAR' && text[at] === '#' && /['"\]}]/.test(text[at - 1] ?? '')

/** Undefined when the text is nested so deeply that the parser ran out of stack. */
function readDocuments(text: string, lineCounter: LineCounter): readonly Document[] | undefined {
  try {
    // Duplicate keys are looked for in plain-value.ts, which can name them.
    const options = {
      lineCounter,
      prettyErrors: false,
      uniqueKeys: false,
      schema: 'core',
      merge: false,
    } as const
    const documents = parseAllDocuments<Node>(text, options)
    return Array.isArray(documents) ? documents : []
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

const failure = (source: SourceText, diagnostics: readonly Diagnostic[]): Result<never, ParseFailure> =>
  err({ diagnostics, source })

function rangeOf(node: { readonly range?: readonly number[] | null | undefined }): readonly [number, number] {
  const [start = 0, end = start + 1] = node.range ?? []
  return [start, end]
}

function firstPerLine(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const lines = new Set<number | undefined>()
  const first = diagnostics.filter(({ position }) => !lines.has(position?.line) && lines.add(position?.line))
  return first.slice(0, MAX_SYNTAX_ERRORS)
}

function syntaxProblem(error: YAMLParseError): Problem {
  const message = OWN_MESSAGES[error.code] ?? lowerFirst(error.message)
  const hints = error.code === 'TAB_AS_INDENT' ? ['indent with spaces'] : []
  return mistake('ERR_CONFIG_SYNTAX', message, ...hints)
}

// Most messages of the parser are fixed sentences; those replaced here quote the text, which may be a secret, or are
// in the words of its grammar.
const OWN_MESSAGES: Readonly<Partial<Record<YAMLParseError['code'], string>>> = {
  UNEXPECTED_TOKEN: 'unexpected text here',
  BAD_DQ_ESCAPE: 'an invalid escape in a double-quoted string',
  RESOURCE_EXHAUSTION: 'nested too deeply',
  BAD_INDENT: 'wrong indentation, or a `[` or `{` above without its `]` or `}`',
  BLOCK_AS_IMPLICIT_KEY: 'a key inside the value of another one; the line below may be indented too far',
  MULTILINE_IMPLICIT_KEY: 'a key that continues on the next line; a colon or a closing quote may be missing',
}

const lowerFirst = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1)

const EMPTY = mistake(
  'ERR_CONFIG_EMPTY',
  'the configuration is empty',
  'begin with `version: 1` and one entry in `issuers`',
)
const MULTIPLE_DOCUMENTS = mistake(
  'ERR_CONFIG_MULTIPLE_DOCUMENTS',
  'a second YAML document begins here',
  'only one is read; remove the `---`, or split the file',
)
const NOT_A_MAP = mistake('ERR_CONFIG_NOT_A_MAP', 'the configuration must be a map of keys')
