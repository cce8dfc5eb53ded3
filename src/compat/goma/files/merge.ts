/** Several files of Goma as one document, in which every part is still found in its own file. */
import type { SourcePosition } from '../../../config/diagnostic.ts'
import { valueAt } from '../../../json-pointer.ts'
import type { SourceDocument } from '../../../config/source-document.ts'
import { isMap } from './yaml-values.ts'

/** A place in one of the files. */
interface Origin {
  readonly document: SourceDocument
  readonly pointer: string
}

/** @param extras In the order in which they follow the main file. */
export function mergeDocuments(main: SourceDocument, extras: readonly SourceDocument[]): SourceDocument {
  // Indented too far in Goma's own examples, which then has no effect there: a written guard must not be lost.
  const inner = originsIn(main, '/gateway/middlewares')
  const isInner = Array.isArray(valueAt(main.value, '/gateway/middlewares'))
  if (extras.length === 0 && !isInner) return main
  const added = (list: string): readonly Origin[] => extras.flatMap((extra) => originsIn(extra, list))
  const routes = [...originsIn(main, '/gateway/routes'), ...added('/routes')]
  const middlewares = [...originsIn(main, '/middlewares'), ...inner, ...added('/middlewares')]
  const place = (pointer: string): Origin => {
    const [, list, index, below = ''] = ITEM.exec(pointer) ?? []
    const item = (list === '/middlewares' ? middlewares : routes)[Number(index)]
    return item === undefined
      ? { document: main, pointer }
      : { document: item.document, pointer: item.pointer + below }
  }
  const at =
    (find: 'positionOf' | 'keyPositionOf') =>
    (pointer: string): SourcePosition => {
      const origin = place(pointer)
      return origin.document[find](origin.pointer)
    }
  const { gateway } = main.value
  const outer = isMap(gateway) && isInner ? withoutKey(gateway, 'middlewares') : gateway
  return {
    file: main.file,
    text: main.text,
    get secretRanges() {
      return main.secretRanges
    },
    looseComments: main.looseComments,
    included: extras,
    value: withItems(
      { ...main.value, gateway: isMap(outer) ? withItems(outer, 'routes', routes) : outer },
      'middlewares',
      middlewares,
    ),
    positionOf: at('positionOf'),
    keyPositionOf: at('keyPositionOf'),
    writtenAt: (pointer) => place(pointer).pointer,
    fileAt: (pointer) => place(pointer).document.file,
  }
}

/** An item of a list that extra files add to, in the merged document. */
const ITEM = /^(\/gateway\/routes|\/middlewares)\/(\d+)(\/.*)?$/s

function originsIn(document: SourceDocument, list: string): readonly Origin[] {
  const items = valueAt(document.value, list)
  return Array.isArray(items) ? items.map((_, i) => ({ document, pointer: `${list}/${i}` })) : []
}

type Value = Readonly<Record<string, unknown>>

/** A value that is not a list stays where it is: the schema reports it. */
function withItems(map: Value, key: string, items: readonly Origin[]): Value {
  const written = map[key] ?? []
  if (items.length === 0 || !Array.isArray(written)) return map
  return { ...map, [key]: items.map(({ document, pointer }) => valueAt(document.value, pointer)) }
}

const withoutKey = (map: Value, key: string): Value =>
  Object.fromEntries(Object.entries(map).filter(([name]) => name !== key))
