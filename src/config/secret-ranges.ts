/** Where secrets are in the text of a configuration, so that no message ever shows them. */
import { isAlias, isMap, isScalar, isSeq, type Alias, type Node, type YAMLSeq } from 'yaml'
import { BASIC_AUTH } from '../settings/basic-auth/definition.ts'
import { KEYS } from '../settings/keys/definition.ts'
import { isQuotable, type Kind, type Shape } from '../settings/kinds/kind.ts'
import { suggest } from '../suggest.ts'

export type Range = readonly [start: number, end: number]

/** Reveals where a secret is, not what it is: worth showing. A default would be the secret itself. */
const REFERENCE = /^["']?\$\{(?:file:[^${}]+|[A-Za-z_][A-Za-z0-9_]*)\}["']?$/

/** Words of a section whose values may be shown; any other may be a misspelt secret. */
const quotableWords = (shape: Shape): ReadonlySet<string> =>
  new Set(Object.keys(shape).filter((word) => isQuotable(shape[word]?.kind as Kind)))

const PUBLIC_KEYS = quotableWords(KEYS.shape)
const PUBLIC_BASIC_AUTH = quotableWords(BASIC_AUTH.shape)

/** Of Goma: what may be the path of a file or a key itself, and then perhaps a private one. */
const PATH_OR_KEY = /^(?:publicKey|jwksFile|cert|clientCA|(?:tls|ssl)(?:Cert|Key)File)$/
const PATH = /^["']?[\w./-]{1,255}\.\w{2,5}["']?$/

/** `secret: …` in text that did not parse: group 1 is the indent, 2 the key, 3 all up to the value. */
const KEY_IN_TEXT = /^([ \t]*(?:- )?)?(?:.*?[{,\s])?["']?([A-Za-z_-]{3,40})["']?[ \t]*:[ \t]*/

/**
 * Too much rather than too little: the values of keys that are, or look like a misspelling of, a secret field;
 * whatever stands in `keys` under no known name; and what aliases in those places stand for.
 */
export function findSecretRanges(
  text: string,
  contents: Node | null,
  aliases: ReadonlyMap<Alias, Node>,
  parsed: boolean,
): readonly Range[] {
  const ranges: Range[] = []
  const hide = (node: Node | null): void => {
    const target = isAlias(node) ? (aliases.get(node) ?? null) : node
    if (!target?.range) return
    const [start, end] = target.range
    if (!REFERENCE.test(text.slice(start, end).trim())) ranges.push([start, end])
  }
  const visit = (node: Node | null, insideKeys: boolean): void => {
    if (isSeq<Node>(node)) for (const item of node.items) visit(item, false)
    if (!isMap<Node, Node | null>(node)) return
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : ''
      // `keys: { THE-SECRET }`: YAML takes it for a key.
      if (insideKeys && isWithoutValue(value)) hide(isScalar(key) && !PUBLIC_KEYS.has(name) ? key : null)
      const isSecret = insideKeys
        ? !PUBLIC_KEYS.has(name)
        : isSecretKey(name) || isKeyInPlaceOfPath(name, value)
      if (name === 'keys' && isSeq<Node>(value)) visitKeyList(value)
      else if (isSecret || (name === 'keys' && !isMap(value))) hide(value)
      // Hashes, from which passwords can be guessed, and passwords themselves; names are the keys.
      else if (name === 'users') hideScalars(resolved(value))
      else if (name === 'basic_auth') hideUsers(resolved(value))
      else visit(value, name === 'keys')
    }
  }
  const visitKeyList = ({ items }: YAMLSeq<Node>): void => {
    for (const item of items) {
      if (isMap(item)) visit(item, true)
      else hide(item)
    }
  }
  const hideUsers = (node: Node | null): void => {
    if (!isMap<Node, Node | null>(node)) return hideScalars(node)
    for (const { key, value } of node.items) {
      const isPublic = isScalar(key) && PUBLIC_BASIC_AUTH.has(String(key.value)) && isScalar(value)
      if (!isPublic) hideScalars(resolved(value))
    }
  }
  const resolved = (node: Node | null): Node | null => (isAlias(node) ? (aliases.get(node) ?? null) : node)
  const isKeyInPlaceOfPath = (name: string, value: Node | null): boolean => {
    const target = isAlias(value) ? aliases.get(value) : value
    const [start = 0, end = 0] = target?.range ?? []
    return PATH_OR_KEY.test(name) && isScalar(target) && !PATH.test(text.slice(start, end).trim())
  }
  const hideScalars = (node: Node | null): void => {
    if (isMap<Node, Node | null>(node)) for (const { value } of node.items) hideScalars(value)
    else if (isSeq<Node>(node)) for (const item of node.items) hideScalars(item)
    else hide(node)
  }
  visit(contents, false)
  if (!parsed) ranges.push(...findInText(text))
  ranges.push(...findInUrls(text))
  return merge(ranges)
}

const isWithoutValue = (value: Node | null): boolean =>
  value === null || (isScalar(value) && value.value === null)

/** What may hold a password or a token: user names and queries of URLs. Bounded, so that it stays linear. */
const URL_SECRETS = /(https?:\/\/)([^\s/?#"'@]{1,500}(?=@)|[^\s?#"'@]{1,500}\?([^\s"']+))/g

function findInUrls(text: string): Range[] {
  return [...text.matchAll(URL_SECRETS)].map(([whole, scheme = '', , query], i, all) => {
    const start = all[i]?.index ?? 0
    const end = start + whole.length
    return [query === undefined ? start + scheme.length : end - query.length, end]
  })
}

/** Whether a key names a secret, or may be a misspelling of one that does. */
export function isSecretKey(name: string): boolean {
  const word = name.toLowerCase().replaceAll(/[^a-z]/g, '')
  return (
    /secret|hmac|passw|private(?!addresses)|^(?:shared|signing)?key$/.test(word) ||
    suggest(word, ['secret', 'hmac']) !== undefined
  )
}

/** Without a parse: from a secret's key to the end of its line, and the deeper lines below. */
function findInText(text: string): Range[] {
  const ranges: Range[] = []
  let offset = 0
  let hiddenBelow = -1
  for (const line of text.split('\n')) {
    const indent = line.search(/\S/)
    // A tab is no indentation in YAML, and may be the very error.
    // The items of a list may stand as far left as its key.
    const isItem = indent === hiddenBelow && line.startsWith('- ', indent)
    const isBelow =
      hiddenBelow >= 0 && (indent === -1 || indent > hiddenBelow || isItem || line.startsWith('\t'))
    if (!isBelow) hiddenBelow = -1
    const start = isBelow ? 0 : secretStart(line)
    if (start !== undefined) {
      if (!isBelow) hiddenBelow = Math.max(indent, 0)
      if (!REFERENCE.test(line.slice(start).trim()))
        ranges.push([offset + start, offset + line.trimEnd().length])
    }
    offset += line.length + 1
  }
  return ranges
}

function secretStart(line: string): number | undefined {
  let from = 0
  for (;;) {
    const match = KEY_IN_TEXT.exec(line.slice(from))
    if (match === null) return undefined
    from += match[0].length
    const name = match[2] ?? ''
    const holdsSecrets = name === 'users' || name === 'basic_auth'
    if (isSecretKey(name) || holdsSecrets || PATH_OR_KEY.test(name)) return from
  }
}

function merge(ranges: Range[]): readonly Range[] {
  const merged: Range[] = []
  for (const [start, end] of ranges.filter((range) => range[1] > range[0]).sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1)
    if (last === undefined || start > last[1]) merged.push([start, end])
    else merged[merged.length - 1] = [last[0], Math.max(last[1], end)]
  }
  return merged
}
