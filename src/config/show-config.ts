/** Settings as the text of a `warder.yaml`. */
import { Document, isCollection, isMap, isScalar, isSeq, visit } from 'yaml'
import { writeSettings, type Settings } from '../settings/definition.ts'
import type { WriteOptions } from '../settings/kinds/kind.ts'

/** The settings in force with every default, secrets masked: for `config show`. */
export const showConfig = (settings: Settings): string =>
  renderConfig(settings, { secrets: 'masked', defaults: 'shown' })

/** A remark beside a part of the file. */
export interface ConfigComment {
  /** Path into the `warder.yaml`, such as `['issuers', 0, 'audience']`. */
  readonly path: readonly (string | number)[]
  readonly text: string
}

/** @param comments Written at the end of the line of a scalar, above anything else. */
export function renderConfig(
  settings: Settings,
  options: WriteOptions,
  comments: readonly ConfigComment[] = [],
): string {
  const document = new Document(writeSettings(settings, options), { aliasDuplicateObjects: false })
  visit(document, {
    Seq(_, seq) {
      if (seq.items.every((item) => isShort(item))) seq.flow = true
    },
    Map(_, map) {
      const isSmall = map.items.every(({ value }) => isShort(value) || (isSeq(value) && value.flow === true))
      if (isSmall && map.items.length <= 1) map.flow = true
    },
  })
  for (const { path, text } of comments) addComment(document, path, text)
  return document.toString({ lineWidth: 0, flowCollectionPadding: true })
}

/** A text of several lines has no place between brackets. */
const isShort = (node: unknown): boolean =>
  isScalar(node) && !(typeof node.value === 'string' && node.value.includes('\n'))

function addComment(document: Document, path: readonly (string | number)[], text: string): void {
  // Inside `{ … }` a comment would swallow the rest of the line.
  for (let length = 1; length <= path.length; length++) {
    const above = document.getIn(path.slice(0, length), true)
    if (isMap(above)) above.flow = false
  }
  const node = document.getIn(path, true)
  const comment = text.replaceAll(/[\r\n]+/g, ' ')
  if (path.length === 0) addLine(document, comment)
  else if (isScalar(node)) node.comment = joinComments(node.comment, comment)
  else if (isCollection(node)) node.commentBefore = joinComments(node.commentBefore, comment)
  else addLine(document, comment)
}

/** Above everything. */
function addLine(document: Document, text: string): void {
  document.commentBefore = document.commentBefore ? `${document.commentBefore}\n ${text}` : ` ${text}`
}

const joinComments = (existing: string | null | undefined, text: string): string =>
  existing ? `${existing}; ${text}` : ` ${text}`
