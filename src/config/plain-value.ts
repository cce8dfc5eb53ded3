/** YAML nodes → plain data, refusing what a configuration has no use for: tags, odd keys, alias bombs. */
import { isAlias, isMap, isScalar, isSeq } from 'yaml'
import type { Alias, Node, YAMLMap } from 'yaml'
import type { Problem } from '../settings/problem.ts'
import { quoted } from '../printable.ts'

/** A mistake and the node it is at. */
export interface NodeProblem {
  readonly problem: Problem
  readonly node: Node
}

export interface PlainValue {
  readonly value: unknown
  readonly aliases: ReadonlyMap<Alias, Node>
  readonly problems: readonly NodeProblem[]
}

/** Deepest nesting; the deepest thing in a configuration is about 8. */
const MAX_DEPTH = 32

/** Most values that aliases may add. An honest file repeats a few lines; "billion laughs" repeats them all. */
const MAX_ALIASED_VALUES = 10_000

/** Never throws: what is refused becomes a problem, and null in the value. */
export function toPlainValue(contents: Node | null): PlainValue {
  const aliases = new Map<Alias, Node>()
  const problems: NodeProblem[] = []
  const anchors = new Map<string, Node>()
  const open = new Set<Node>()
  let aliasedValues = 0

  const refuse = (node: Node, problem: Problem): null => {
    problems.push({ node, problem })
    return null
  }

  const convert = (node: Node | null, depth: number, aliased: boolean): unknown => {
    if (node === null) return null
    if (aliased && ++aliasedValues > MAX_ALIASED_VALUES) return null
    if (depth > MAX_DEPTH) {
      return refuse(node, { code: 'ERR_CONFIG_SYNTAX', message: `nested deeper than ${MAX_DEPTH} levels` })
    }
    if (isAlias(node)) return convertAlias(node, depth)
    if (node.tag !== undefined) {
      return refuse(node, {
        code: 'ERR_CONFIG_TAG',
        message: `the YAML tag ${quoted(node.tag)} is not accepted`,
        hints: ['write the value without a tag'],
      })
    }
    const anchor = 'anchor' in node ? node.anchor : undefined
    if (typeof anchor === 'string' && !aliased) anchors.set(anchor, node)
    if (isScalar(node)) return node.value
    open.add(node)
    const value = isMap<Node, Node | null>(node)
      ? convertMap(node, depth, aliased)
      : isSeq<Node>(node)
        ? node.items.map((item) => convert(item, depth + 1, aliased))
        : null
    open.delete(node)
    return value
  }

  const convertAlias = (alias: Alias, depth: number): unknown => {
    const target = anchors.get(alias.source)
    if (target === undefined || open.has(target)) {
      const what = target === undefined ? 'refers to no anchor above it' : 'contains itself'
      return refuse(alias, {
        code: 'ERR_CONFIG_ALIAS',
        message: `the alias ${quoted(`*${alias.source}`)} ${what}`,
      })
    }
    aliases.set(alias, target)
    const value = convert(target, depth + 1, true)
    if (aliasedValues <= MAX_ALIASED_VALUES) return value
    if (problems.some(({ problem }) => problem.message === TOO_MANY_ALIASES.message)) return null
    return refuse(alias, TOO_MANY_ALIASES)
  }

  const convertMap = (map: YAMLMap<Node, Node | null>, depth: number, aliased: boolean): unknown => {
    const result: Record<string, unknown> = {}
    for (const { key, value } of map.items) {
      const name = isScalar(key) && key.tag === undefined ? key.value : undefined
      if (typeof name !== 'string' || name === '__proto__') refuse(key, keyProblem(name))
      else if (Object.hasOwn(result, name)) refuse(key, duplicateKey(name))
      else result[name] = convert(value, depth + 1, aliased)
    }
    return result
  }

  const value = convert(contents, 0, false)
  return { value, aliases, problems }
}

const TOO_MANY_ALIASES: Problem = {
  code: 'ERR_CONFIG_ALIAS',
  message: `aliases multiply to more than ${MAX_ALIASED_VALUES} values`,
}

const duplicateKey = (name: string): Problem => ({
  code: 'ERR_CONFIG_DUPLICATE_KEY',
  message: `the key ${quoted(name)} is written twice in one map`,
  hints: ['programs differ in which of the two they use; keep one'],
})

const keyProblem = (name: unknown): Problem =>
  name === '__proto__'
    ? { code: 'ERR_CONFIG_KEY', message: 'the key "__proto__" is not accepted' }
    : { code: 'ERR_CONFIG_KEY', message: 'keys must be strings', hints: ['write the key in quotes'] }
