/** A configuration of Goma that is refused → as much of it as can be converted; the rest is closed, and named. */
import type { PartTranslation } from '../../config/foreign-format.ts'
import { fromPointer } from '../../json-pointer.ts'
import type { LocatedProblem } from '../../settings/problem.ts'
import type { SourceDocument } from '../../config/source-document.ts'
import type { Algorithm } from '../../syntax/algorithms.ts'
import { isError, toPartTranslation } from '../read-foreign.ts'
import { readGoma } from './read.ts'
import { parseRoutePath } from './paths.ts'
import { isMap, withoutNulls } from './files/yaml-values.ts'

/** Each round removes what the previous one has found. A file needs as many as it has layers of mistakes. */
const MAX_ROUNDS = 40

type Draft = Record<string, unknown>

/**
 * Nothing becomes open by being left out: a route with a mistake in it, or that names a broken middleware, denies
 * everything at and below its path, and a mistake beside the routes and middlewares closes all of them.
 *
 * @param isWhole False when further files could not be read: then every route is closed, because theirs may guard
 *   paths that these leave open.
 */
export function translateGomaPartly(
  document: SourceDocument,
  supportedAlgorithms: ReadonlySet<Algorithm>,
  isWhole: boolean,
): PartTranslation | undefined {
  const draft = structuredClone(withoutNulls(document.value)) as Draft
  const missing: LocatedProblem[] = []
  const repaired = new Set<string>()
  if (!isWhole) closeAll(draft)
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const read = readGoma(document, draft, supportedAlgorithms)
    if (read.settings !== undefined) return toPartTranslation(read, missing, document)
    const before = JSON.stringify(draft)
    const errors = read.problems.filter(isError)
    // A problem that appears only after something was removed is not a mistake of the file.
    missing.push(...errors.filter(({ pointer }) => !repaired.has(itemOf(pointer))))
    const earlier = new Set(repaired)
    for (const { pointer } of errors) {
      repair(draft, fromPointer(pointer), earlier.has(itemOf(pointer)))
      repaired.add(itemOf(pointer))
    }
    if (JSON.stringify(draft) === before) draft['gateway'] = {}
  }
  return undefined
}

/** The route, the middleware or the key that a pointer leads into. */
const itemOf = (pointer: string): string =>
  (/^\/gateway\/routes\/\d+|^\/middlewares\/\d+|^\/gateway\/[^/]+|^\/[^/]+/.exec(pointer) ?? [''])[0]

/** @param isAgain Whether the same item was repaired before, and that was not enough. */
function repair(draft: Draft, [first, second, third, fourth]: readonly string[], isAgain: boolean): void {
  const { gateway } = draft
  if (first === 'middlewares' && second !== undefined) closeMiddleware(draft, Number(second))
  else if (first !== 'gateway') {
    delete draft[first ?? 'gateway']
    if (first !== 'version') closeAll(draft)
  } else if (!isMap(gateway) || second === undefined) draft['gateway'] = {}
  else if (second === 'routes' && third !== undefined) closeRoute(draft, Number(third), fourth, isAgain)
  else {
    delete gateway[second]
    if (!OPENS_NOTHING.has(second)) closeAll(draft)
  }
}

/** Keys of `gateway` without which no additional request gets in, and none is sent differently. */
const OPENS_NOTHING: ReadonlySet<string> = new Set(['accessLog', 'proxy'])

/** A name that no file has. */
const CLOSED = 'warder-todo'

function closeRoute(draft: Draft, index: number, key: string | undefined, isAgain: boolean): void {
  const routes = (draft['gateway'] as Draft)['routes'] as unknown[]
  const route: Draft = isMap(routes[index]) ? routes[index] : {}
  routes[index] = route
  const { path } = route
  if (key !== undefined && key !== 'middlewares') delete route[key]
  if (typeof path !== 'string' || key === 'path' || !parseRoutePath(path).ok)
    route['path'] = literalPart(path)
  // Nothing gets there.
  if (key === undefined) route['destination'] = 'http://todo.invalid'
  const kept = isAgain ? [] : keptNames(draft, route['middlewares'])
  route['middlewares'] = [...kept, addClosed(draft)]
}

/** What the route names stays in the result, although it is not asked. */
function keptNames(draft: Draft, names: unknown): readonly string[] {
  if (!Array.isArray(names)) return []
  const known = Array.isArray(draft['middlewares']) ? (draft['middlewares'] as readonly unknown[]) : []
  return names.filter(
    (name): name is string => name !== CLOSED && known.some((one) => isMap(one) && one['name'] === name),
  )
}

/** The plain part at the beginning of a path with a pattern: more than was meant is closed. */
function literalPart(path: unknown): string {
  const [plain = ''] = typeof path === 'string' ? path.split(/[^\w./~-]/) : []
  const cut = plain.slice(0, Math.max(plain.lastIndexOf('/'), 0))
  return parseRoutePath(cut).ok ? cut : '/'
}

/** Every one of the same name: which of them a route means is not known. */
function closeMiddleware(draft: Draft, index: number): void {
  const list = draft['middlewares'] as unknown[]
  const written = list[index]
  const name = isMap(written) && typeof written['name'] === 'string' ? written['name'].trim() : ''
  list.forEach((other, i) => {
    if (i !== index && (name === '' || !isMap(other) || other['name'] !== name)) return
    const isFirst = name !== '' && list.findIndex((one) => isMap(one) && one['name'] === name) === i
    list[i] = { ...GUARD, name: isFirst ? name : `${CLOSED}-${i}` }
  })
}

const GUARD = { type: 'access', paths: ['/*'] }

function closeAll(draft: Draft): void {
  const gateway: Draft = isMap(draft['gateway']) ? draft['gateway'] : {}
  draft['gateway'] = gateway
  delete draft['defaults']
  gateway['defaults'] = { middlewares: [addClosed(draft)] }
}

function addClosed(draft: Draft): string {
  const list: unknown[] = Array.isArray(draft['middlewares']) ? draft['middlewares'] : []
  draft['middlewares'] = list
  if (!list.some((one) => isMap(one) && one['name'] === CLOSED)) list.push({ ...GUARD, name: CLOSED })
  return CLOSED
}
