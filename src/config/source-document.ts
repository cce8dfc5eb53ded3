/** A parsed file that remembers where everything was written. */
import { isAlias, isMap, isScalar, isSeq, type Alias, type LineCounter, type Node, type Pair } from 'yaml'
import type { Diagnostic, SourcePosition, SourceText } from './diagnostic.ts'
import { fromPointer } from '../json-pointer.ts'

export interface SourceDocument extends SourceText {
  /** The document as plain data: own members only, aliases expanded. */
  readonly value: Readonly<Record<string, unknown>>
  /** Where the value is written; for what is not there, where its nearest ancestor is. */
  positionOf(pointer: string): SourcePosition
  /** Where the key of the value is written; list items and the document itself have no key: their value. */
  keyPositionOf(pointer: string): SourcePosition
  /** Comments without the space before them that YAML asks for: mistakes, except in formats that allow them. */
  readonly looseComments: readonly Diagnostic[]
  /** Where the value is in its own file. Absent: there is one file. */
  writtenAt?(pointer: string): string
  /** In which file the value is, as the operator named it. Absent: there is one file. */
  fileAt?(pointer: string): string
}

/** The same file with another value. Written out: a spread would ask for the secrets, which are looked for late. */
export const withValue = (document: SourceDocument, value: SourceDocument['value']): SourceDocument => ({
  file: document.file,
  text: document.text,
  value,
  looseComments: document.looseComments,
  get secretRanges() {
    return document.secretRanges
  },
  positionOf: (pointer) => document.positionOf(pointer),
  keyPositionOf: (pointer) => document.keyPositionOf(pointer),
})

/** What the positions are looked up in. `aliases` leads from each alias to the node it stands for. */
export interface ParsedNodes {
  readonly source: SourceText
  readonly contents: Node | null
  readonly aliases: ReadonlyMap<Alias, Node>
  readonly lines: LineCounter
}

export function createSourceDocument(
  nodes: ParsedNodes,
  value: Readonly<Record<string, unknown>>,
  looseComments: readonly Diagnostic[] = [],
): SourceDocument {
  const start = positionAt(nodes.source, nodes.lines, 0, 1)
  const at = (node: Node | undefined): SourcePosition | undefined => {
    if (!node?.range || node.range[1] <= node.range[0]) return undefined
    return positionAt(nodes.source, nodes.lines, node.range[0], node.range[1])
  }
  return {
    ...nodes.source,
    value,
    looseComments,
    positionOf(pointer) {
      const place = locate(nodes, pointer)
      // A missing key is best shown at the key of the map that lacks it.
      const isMissing = !place.complete && (isMap(place.value) || isSeq(place.value))
      if (!isMissing) return at(place.value) ?? at(place.key) ?? start
      const position = at(place.key) ?? at(place.value) ?? start
      // Of `{ … }` on one line only the brace: the whole would underline everything that is right.
      return place.key === undefined && isFlow(place.value) ? { ...position, length: 1 } : position
    },
    keyPositionOf(pointer) {
      const place = locate(nodes, pointer)
      return at(place.key) ?? at(place.value) ?? start
    },
  }
}

const isFlow = (node: Node | undefined): boolean => (isMap(node) || isSeq(node)) && node.flow === true

/** The position of `[start, end)`, cut at the end of its first line. */
export function positionAt(
  source: SourceText,
  lines: LineCounter,
  start: number,
  end: number,
): SourcePosition {
  // Offsets past the last line feed belong to the last line; 0 stands for an empty file.
  const { line, col } = lines.linePos(Math.min(start, source.text.length))
  const lineEnd = source.text.indexOf('\n', start)
  const shown = source.text
    .slice(start, Math.min(end, lineEnd === -1 ? source.text.length : lineEnd))
    .trimEnd()
  return {
    file: source.file,
    line: Math.max(line, 1),
    column: Math.max(col, 1),
    length: Math.max(shown.length, 1),
  }
}

interface Place {
  readonly key: Node | undefined
  readonly value: Node | undefined
  /** False when the pointer leads further than the document goes. */
  readonly complete: boolean
}

function locate(nodes: ParsedNodes, pointer: string): Place {
  let place: Place = { key: undefined, value: nodes.contents ?? undefined, complete: true }
  for (const segment of fromPointer(pointer)) {
    const inside = isAlias(place.value) ? nodes.aliases.get(place.value) : place.value
    const next = childOf(inside, segment)
    if (next === undefined) return { ...place, complete: false }
    place = next
  }
  return place
}

function childOf(parent: Node | undefined, segment: string): Place | undefined {
  if (isSeq<Node>(parent)) {
    const value = parent.items[Number(segment)]
    return value === undefined ? undefined : { key: undefined, value, complete: true }
  }
  if (!isMap<Node, Node>(parent)) return undefined
  const pair: Pair<Node, Node | null> | undefined = parent.items.find(
    ({ key }) => isScalar(key) && key.value === segment,
  )
  return pair && { key: pair.key, value: pair.value ?? undefined, complete: true }
}
