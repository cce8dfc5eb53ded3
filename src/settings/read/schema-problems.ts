/** What zod finds, in our words: one problem per mistake, at the place where it is written. */
import { problemAt, problemAtKey, type LocatedProblem, type Problem } from '../problem.ts'
import type { z } from 'zod'
import { pointerForPeople, toPointer, valueAt } from '../../json-pointer.ts'
import { hintForUnknownKey } from './key-hints.ts'
import { quoted } from '../../printable.ts'
import { suggest, suggestion } from '../../suggest.ts'

type Issue = z.core.$ZodIssue

/** @param root The data that was checked, to tell what is missing from what is wrong. */
export function toLocatedProblems(issues: readonly Issue[], root: unknown): readonly LocatedProblem[] {
  const found = issues.flatMap((issue) => convert(issue, [], root))
  // A misspelt key is one mistake: that the right one is missing goes without saying.
  const meant = new Set(found.flatMap(({ pointer, problem }) => meantInstead(pointer, problem)))
  return found.filter(
    ({ pointer, problem }) => problem.code !== 'ERR_CONFIG_MISSING_KEY' || !meant.has(pointer),
  )
}

function meantInstead(pointer: string, { code, label }: Problem): readonly string[] {
  const key = code === 'ERR_CONFIG_UNKNOWN_KEY' ? /^did you mean "(.*)"\?$/.exec(label ?? '')?.[1] : undefined
  return key === undefined ? [] : [`${pointer.slice(0, pointer.lastIndexOf('/'))}/${key}`]
}

function convert(issue: Issue, above: readonly PropertyKey[], root: unknown): readonly LocatedProblem[] {
  const path = [...above, ...issue.path]
  const pointer = toPointer(path)
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const at = toPointer([...path, key])
        return unknownKey(at, mayBeSecret(at, root) ? undefined : key, issue.message)
      })
    case 'invalid_key':
      return issue.issues
        .slice(0, 1)
        .flatMap((inner) => convert(inner, path, root).map((found) => ({ ...found, pointer, atKey: true })))
    case 'invalid_union':
      return unionProblems(issue, path, root)
    case 'custom': {
      const problem = issue.params?.['problem'] as Problem | undefined
      return [{ pointer, problem: problem ?? { code: 'ERR_CONFIG_VALUE', message: issue.message } }]
    }
    case 'invalid_type':
      return [mismatch(pointer, root, [issue.expected], [])]
    case 'invalid_value':
      return [mismatch(pointer, root, [], issue.values.map(String))]
    default:
      return [problemAt(pointer, 'ERR_CONFIG_VALUE', lowerFirst(issue.message))]
  }
}

/** The branch that was meant is the one whose type fits; when none does, all are named. */
function unionProblems(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: readonly PropertyKey[],
  root: unknown,
): readonly LocatedProblem[] {
  const fitting = issue.errors.find((branch) => !branch.some((inner) => isMismatchAtRoot(inner)))
  if (fitting !== undefined) return fitting.flatMap((inner) => convert(inner, path, root))
  const leaves = issue.errors
    .flatMap((branch) => flattenUnions(branch))
    .filter((inner) => inner.path.length === 0)
  const types = leaves.flatMap((inner) => (inner.code === 'invalid_type' ? [inner.expected] : []))
  const values = leaves.flatMap((inner) => (inner.code === 'invalid_value' ? inner.values.map(String) : []))
  return [mismatch(toPointer(path), root, types, values)]
}

/** Unions nest; a nested one is a mismatch only if every branch of it is. */
function isMismatchAtRoot(issue: Issue): boolean {
  if (issue.path.length > 0) return false
  if (issue.code === 'invalid_union')
    return issue.errors.every((branch) => branch.some((inner) => isMismatchAtRoot(inner)))
  return issue.code === 'invalid_type' || issue.code === 'invalid_value'
}

const flattenUnions = (issues: readonly Issue[]): readonly Issue[] =>
  issues.flatMap((issue) =>
    issue.code === 'invalid_union' ? issue.errors.flatMap((branch) => flattenUnions(branch)) : [issue],
  )

function mismatch(
  pointer: string,
  root: unknown,
  types: readonly string[],
  values: readonly string[],
): LocatedProblem {
  const found = valueAt(root, pointer)
  if (found === undefined) return missingKey(pointer)
  const expected = [...new Set([...types.map(typeForPeople), ...values.map((value) => `\`${value}\``)])]
  const wanted = expected.join(' or ')
  if (types.length > 0)
    return problemAt(pointer, 'ERR_CONFIG_TYPE', `expected ${wanted}, found ${kindOf(found)}`)
  const isText = typeof found === 'string'
  const shown = isText ? quoted(found) : typeof found === 'number' ? String(found) : kindOf(found)
  const message = `expected ${wanted}, found ${shown}`
  const label = isText ? suggestion(found, values) : {}
  return { pointer, problem: { code: 'ERR_CONFIG_VALUE', message, ...label } }
}

/** A required key that is not there. */
export function missingKey(pointer: string): LocatedProblem {
  const cut = pointer.lastIndexOf('/')
  const key = pointer.slice(cut + 1)
  const message = `the key ${quoted(key)} is missing ${pointerForPeople(pointer.slice(0, cut))}`
  return problemAt(pointer, 'ERR_CONFIG_MISSING_KEY', message, ...(MISSING_HINTS[key] ?? []))
}

const MISSING_HINTS: Readonly<Record<string, readonly string[]>> = {
  version: ['write `version: 1`'],
  audience: ['write the `aud` of your tokens; `audience: any` accepts tokens for any other service too'],
  issuer: ['write the `iss` of your tokens, exactly'],
  match: ['write `match: {}` for all requests'],
}

/**
 * In `keys: { THE-SECRET }` YAML takes the secret for a key that has no value, and in `- THE: SECRET` of a list of
 * secrets its first half for a key.
 */
const mayBeSecret = (pointer: string, root: unknown): boolean =>
  /^\/issuers\/\d+\/keys\//.test(pointer) && (valueAt(root, pointer) === null || isHalfOfSecret(pointer))

/** A misspelling of a known key is not a secret. */
const isHalfOfSecret = (pointer: string): boolean => {
  const key = IN_SECRET.exec(pointer)?.[1]
  return key !== undefined && suggest(key, ['value', 'kid', 'encoding']) === undefined
}

const IN_SECRET = /^\/issuers\/\d+\/keys\/(?:\d+\/)?secret\/\d+\/([^/]*)$/

/** @param key Undefined where it must not be shown. */
function unknownKey(pointer: string, key: string | undefined, known: string): LocatedProblem {
  const parent = pointer.slice(0, pointer.lastIndexOf('/'))
  const knownKeys = known.split(', ')
  const hint = `known keys here: ${known}`
  const where = pointerForPeople(parent)
  if (key === undefined) {
    const message = `unknown key, not shown because it may be a secret, ${where}`
    // The pointer ends with the key.
    return problemAt(parent, 'ERR_CONFIG_UNKNOWN_KEY', message, hint)
  }
  const label = hintForUnknownKey(key, knownKeys)
  const found = problemAtKey(pointer, 'ERR_CONFIG_UNKNOWN_KEY', `unknown key ${quoted(key)} ${where}`, hint)
  const beside = label === undefined ? suggestion(key, knownKeys) : { label }
  return { ...found, problem: { ...found.problem, ...beside } }
}

const typeForPeople = (type: string): string => TYPE_NAMES[type] ?? `a ${type}`

const TYPE_NAMES: Readonly<Record<string, string>> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  boolean: 'true or false',
}

/** What a value is; never the value itself. */
function kindOf(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object'
    ? 'a map'
    : typeof value === 'boolean'
      ? String(value)
      : `a ${typeof value}`
}

const lowerFirst = (sentence: string): string => sentence.slice(0, 1).toLowerCase() + sentence.slice(1)
