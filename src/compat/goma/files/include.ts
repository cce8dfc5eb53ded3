/** Goma's directory of further files: their `routes` and `middlewares` follow those of the main file. */
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { toDiagnostic, type Diagnostic } from '../../../config/diagnostic.ts'
import { mistake, type Problem } from '../../../settings/problem.ts'
import type { Report } from '../../read-foreign.ts'
import {
  MAX_EXTRA_BYTES,
  MAX_EXTRA_FILES,
  readExtraFiles,
  type DirectoryReader,
  type DirectoryTrouble,
  type ExtraFile,
} from '../../../config/extra-files.ts'
import type { Included } from '../../../config/foreign-format.ts'
import { valueAt } from '../../../json-pointer.ts'
import { locateIn } from '../../../config/locate-problem.ts'
import { parseDocument } from '../../../config/parse-document.ts'
import { quoted } from '../../../printable.ts'
import { z } from 'zod'
import { strictMap } from '../../../settings/kinds/section.ts'
import { toLocatedProblems } from '../../../settings/read/schema-problems.ts'
import type { SourceDocument } from '../../../config/source-document.ts'
import { isYes, textOrNumber } from '../leaf.ts'
import { withMergeKeys, withoutNulls } from './yaml-values.ts'
import { mergeDocuments } from './merge.ts'
import type { GomaConfig } from '../schema.ts'

/** Under both of its names. */
const PLACES = ['/gateway/extraRoutes', '/gateway/extraConfig'] as const

const ExtraSchema = strictMap({
  version: textOrNumber().optional(),
  routes: z.array(z.unknown().optional()).optional(),
  middlewares: z.array(z.unknown().optional()).optional(),
})

/** The document with everything that the directory adds to it; each part keeps its own place. */
export async function includeExtraFiles(written: SourceDocument, reader: DirectoryReader): Promise<Included> {
  const document = withMergeKeys(written)
  const place = PLACES.find((pointer) => directoryAt(document, pointer) !== '')
  const alone: Included = {
    document: mergeDocuments(document, []),
    problems: [],
    fileHashes: new Map(),
    directories: new Map(),
  }
  if (place === undefined) return alone
  const name = directoryAt(document, place)
  const path = resolve(dirname(resolve(document.file)), name)
  const isWatched = isYes(valueAt(document.value, `${place}/watch`))
  const watched = (hash: string) => new Map(isWatched ? [[path, hash]] : [])
  const read = await readExtraFiles(path, reader)
  if (!read.ok) {
    const problem = { pointer: `${place}/directory`, problem: toProblem(name, read.error) }
    return { ...alone, problems: [locateIn(document)(problem)], directories: watched('') }
  }
  const { files, hash } = read.value
  const problems: Diagnostic[] = []
  const extras: SourceDocument[] = []
  for (const file of files) {
    const extra = readExtra(file, isAbsolute(name) ? path : join(dirname(document.file), name))
    if ('value' in extra) extras.push(extra)
    else problems.push(...extra)
  }
  return {
    document: mergeDocuments(document, extras),
    problems,
    fileHashes: new Map(files.map((file) => [file.path, file.hash])),
    directories: watched(hash),
  }
}

function directoryAt(document: SourceDocument, pointer: string): string {
  const directory = valueAt(document.value, `${pointer}/directory`)
  return typeof directory === 'string' ? directory : ''
}

/** @param directory As messages name it. */
function readExtra({ name, content }: ExtraFile, directory: string): SourceDocument | readonly Diagnostic[] {
  const file = join(directory, name)
  const start = { file, line: 1, column: 1, length: 1 }
  if (!content.ok) {
    const message = `${quoted(file)} ${content.error}`
    return [toDiagnostic({ code: 'ERR_CONFIG_FILE_UNREADABLE', message }, undefined, start)]
  }
  const parsed = parseDocument(content.value, file)
  if (!parsed.ok) {
    // A file in which everything is commented out is empty.
    const found = parsed.error.diagnostics.filter(({ code }) => code !== 'ERR_CONFIG_EMPTY')
    return found.map((diagnostic) => ({ position: start, ...diagnostic }))
  }
  const document = withMergeKeys(parsed.value)
  const read = ExtraSchema.safeParse(withoutNulls(document.value))
  if (read.success) return document
  return toLocatedProblems(read.error.issues, document.value).map(locateIn(document))
}

function toProblem(directory: string, trouble: DirectoryTrouble): Problem {
  const message = `the directory ${quoted(directory)} ${trouble}`
  const made = (code: Problem['code'], ...hints: readonly string[]): Problem => ({ code, message, hints })
  switch (trouble) {
    // As in Goma, which says so in its log.
    case 'does not exist':
      return made('WARN_COMPAT_EXTRA_DIRECTORY', 'only the routes and middlewares of this file are in force')
    case 'holds too many files':
      return made('ERR_CONFIG_FILE_TOO_LARGE', `at most ${MAX_EXTRA_FILES} are read`)
    case 'holds too much':
      return made('ERR_CONFIG_FILE_TOO_LARGE', `at most ${MAX_EXTRA_BYTES} bytes are read`)
    default:
      return made('ERR_CONFIG_FILE_UNREADABLE')
  }
}

/** Which of two directories was meant cannot be guessed. */
export function checkExtra({ gateway: { extraRoutes, extraConfig } }: GomaConfig, report: Report): void {
  const [first = '', second = ''] = [extraRoutes?.directory, extraConfig?.directory]
  if (first !== '' && second !== '' && first !== second) report(PLACES[0], TWO_DIRECTORIES, 'at key')
}

const TWO_DIRECTORIES = mistake(
  'ERR_CONFIG_EXACTLY_ONE',
  '`extraRoutes` and `extraConfig` name two directories',
  'keep one of them',
)
