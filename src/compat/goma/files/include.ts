/** Goma's directory of further files: their `routes` and `middlewares` follow those of the main file. */
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { toDiagnostic, type Diagnostic } from '../../../config/diagnostic.ts'
import type { LocatedProblem, Problem } from '../../../settings/problem.ts'
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
  if (place === undefined)
    return {
      document: mergeDocuments(document, []),
      problems: [],
      fileHashes: new Map(),
      directories: new Map(),
    }
  const name = directoryAt(document, place)
  const path = resolve(dirname(resolve(document.file)), name)
  const isWatched = isYes(valueAt(document.value, `${place}/watch`))
  const read = await readExtraFiles(path, reader)
  if (!read.ok) {
    const problem = locateIn(document)({
      pointer: `${place}/directory`,
      problem: toProblem(name, read.error),
    })
    return {
      document: mergeDocuments(document, []),
      problems: [problem],
      fileHashes: new Map(),
      directories: watched(isWatched, path, ''),
    }
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
    directories: watched(isWatched, path, hash),
  }
}

const watched = (isWatched: boolean, path: string, hash: string): ReadonlyMap<string, string> =>
  new Map(isWatched ? [[path, hash]] : [])

function directoryAt(document: SourceDocument, pointer: string): string {
  const directory = valueAt(document.value, `${pointer}/directory`)
  return typeof directory === 'string' ? directory : ''
}

/** @param directory As messages name it. */
function readExtra({ name, content }: ExtraFile, directory: string): SourceDocument | readonly Diagnostic[] {
  const file = join(directory, name)
  const start = { file, line: 1, column: 1, length: 1 }
  if (!content.ok) {
    const problem = {
      code: 'ERR_CONFIG_FILE_UNREADABLE',
      message: `${quoted(file)} ${content.error}`,
    } as const
    return [toDiagnostic(problem, undefined, start)]
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
  switch (trouble) {
    // As in Goma, which says so in its log.
    case 'does not exist':
      return {
        code: 'WARN_COMPAT_EXTRA_DIRECTORY',
        message,
        hints: ['only the routes and middlewares of this file are in force'],
      }
    case 'holds too many files':
      return { code: 'ERR_CONFIG_FILE_TOO_LARGE', message, hints: [`at most ${MAX_EXTRA_FILES} are read`] }
    case 'holds too much':
      return {
        code: 'ERR_CONFIG_FILE_TOO_LARGE',
        message,
        hints: [`at most ${MAX_EXTRA_BYTES} bytes are read`],
      }
    default:
      return { code: 'ERR_CONFIG_FILE_UNREADABLE', message }
  }
}

/** Which of two directories was meant cannot be guessed. */
export function checkExtra({ gateway: { extraRoutes, extraConfig } }: GomaConfig): readonly LocatedProblem[] {
  const [first = '', second = ''] = [extraRoutes?.directory, extraConfig?.directory]
  if (first === '' || second === '' || first === second) return []
  const message = '`extraRoutes` and `extraConfig` name two directories'
  const problem: Problem = { code: 'ERR_CONFIG_EXACTLY_ONE', message, hints: ['keep one of them'] }
  return [{ pointer: PLACES[0], problem, atKey: true }]
}
