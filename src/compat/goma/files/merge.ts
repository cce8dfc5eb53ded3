/** Several files of Goma as one document, in which every part is still found in its own file. */
import type { SourcePosition } from '../../../config/diagnostic.ts'
import { fromPointer, toPointer } from '../../../json-pointer.ts'
import type { SourceDocument } from '../../../config/source-document.ts'
import { isMap } from './yaml-values.ts'

/** Lists that extra files add to: where they are there → where they go. */
const LISTS = { routes: '/gateway/routes', middlewares: '/middlewares' } as const

/** A place in the merged document. */
interface Origin {
  readonly document: SourceDocument
  readonly pointer: string
}

/** @param extras In the order in which they follow the main file. */
export function mergeDocuments(main: SourceDocument, extras: readonly SourceDocument[]): SourceDocument {
  const { gateway } = main.value
  // Indented too far in Goma's own examples, which then has no effect there: a written guard must not be lost.
  const written = isMap(gateway) ? gateway['middlewares'] : undefined
  if (extras.length === 0 && !Array.isArray(written)) return main
  const inner = listIn(written)
  const items = new Map<string, readonly Origin[]>(
    (['routes', 'middlewares'] as const).map((list) => [
      LISTS[list],
      [
        ...originsIn(main, LISTS[list], itemsAt(main.value, list)),
        ...(list === 'middlewares' ? originsIn(main, '/gateway/middlewares', inner) : []),
        ...extras.flatMap((extra) => originsIn(extra, `/${list}`, listIn(extra.value[list]))),
      ],
    ]),
  )
  const place = (pointer: string): Origin => {
    const segments = fromPointer(pointer)
    for (const [list, origins] of items) {
      const length = fromPointer(list).length
      const isInside = segments.length > length && toPointer(segments.slice(0, length)) === list
      const item = isInside ? origins[Number(segments[length])] : undefined
      if (item !== undefined)
        return { document: item.document, pointer: item.pointer + toPointer(segments.slice(length + 1)) }
    }
    return { document: main, pointer }
  }
  const at =
    (find: 'positionOf' | 'keyPositionOf') =>
    (pointer: string): SourcePosition => {
      const origin = place(pointer)
      return origin.document[find](origin.pointer)
    }
  return {
    file: main.file,
    text: main.text,
    secretRanges: main.secretRanges,
    looseComments: main.looseComments,
    included: extras,
    value: mergeValues(main.value, extras, inner),
    positionOf: at('positionOf'),
    keyPositionOf: at('keyPositionOf'),
    writtenAt: (pointer) => place(pointer).pointer,
  }
}

const originsIn = (document: SourceDocument, list: string, members: readonly unknown[]): readonly Origin[] =>
  members.map((_, i) => ({ document, pointer: `${list}/${i}` }))

type Value = Readonly<Record<string, unknown>>

/** A value that is not a list is left as it is: the schema reports it. */
function mergeValues(main: Value, extras: readonly SourceDocument[], inner: readonly unknown[]): Value {
  const gateway = withoutList(main['gateway'], 'middlewares')
  const more = (list: keyof typeof LISTS): readonly unknown[] =>
    extras.flatMap(({ value }) => listIn(value[list]))
  const [routes, middlewares] = [more('routes'), [...inner, ...more('middlewares')]]
  const isAddable = (list: unknown): boolean => list === undefined || list === null || Array.isArray(list)
  return {
    ...main,
    gateway,
    ...(isMap(gateway) && routes.length > 0 && isAddable(gateway['routes'])
      ? { gateway: { ...gateway, routes: [...listIn(gateway['routes']), ...routes] } }
      : {}),
    ...(middlewares.length > 0 && isAddable(main['middlewares'])
      ? { middlewares: [...listIn(main['middlewares']), ...middlewares] }
      : {}),
  }
}

/** A value that is not a list stays where it is: the schema reports it. */
function withoutList(map: unknown, key: string): unknown {
  if (!isMap(map) || !Array.isArray(map[key])) return map
  return Object.fromEntries(Object.entries(map).filter(([name]) => name !== key))
}

function itemsAt(main: Value, list: keyof typeof LISTS): readonly unknown[] {
  const gateway = main['gateway']
  return listIn(list === 'routes' ? isMap(gateway) && gateway['routes'] : main['middlewares'])
}

const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
