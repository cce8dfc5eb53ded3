/** YAML nodes → plain data. Refuses what no configuration needs: tags, odd keys, alias bombs. */
import { isAlias, isMap, isScalar, isSeq, type Alias, type Node, type YAMLMap } from 'yaml'
import { mistake, type Problem } from '../settings/problem.ts'
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

/** Never throws: what it refuses becomes a problem, and null in the value. */
export function toPlainValue(contents: Node | null): PlainValue {
  const conversion = new Conversion()
  const value = conversion.convert(contents, 0, false)
  return { value, aliases: conversion.aliases, problems: conversion.problems }
}

class Conversion {
  readonly aliases = new Map<Alias, Node>()
  readonly problems: NodeProblem[] = []
  readonly #anchors = new Map<string, Node>()
  /** The nodes that the current one is inside of. */
  readonly #open = new Set<Node>()
  #aliasedValues = 0

  convert(node: Node | null, depth: number, aliased: boolean): unknown {
    if (node === null) return null
    if (aliased && ++this.#aliasedValues > MAX_ALIASED_VALUES) return null
    if (depth > MAX_DEPTH) return this.#refuse(node, TOO_DEEP)
    if (isAlias(node)) return this.#convertAlias(node, depth)
    if (node.tag !== undefined) return this.#refuse(node, tagProblem(node.tag))
    const anchor = 'anchor' in node ? node.anchor : undefined
    if (typeof anchor === 'string' && !aliased) this.#anchors.set(anchor, node)
    if (isScalar(node)) return node.value
    this.#open.add(node)
    const value = isMap<Node, Node | null>(node)
      ? this.#convertMap(node, depth, aliased)
      : isSeq<Node>(node)
        ? node.items.map((item) => this.convert(item, depth + 1, aliased))
        : null
    this.#open.delete(node)
    return value
  }

  #convertAlias(alias: Alias, depth: number): unknown {
    const target = this.#anchors.get(alias.source)
    if (target === undefined || this.#open.has(target)) {
      const what = target === undefined ? 'refers to no anchor above it' : 'contains itself'
      const message = `the alias ${quoted(`*${alias.source}`)} ${what}`
      return this.#refuse(alias, { code: 'ERR_CONFIG_ALIAS', message })
    }
    this.aliases.set(alias, target)
    const value = this.convert(target, depth + 1, true)
    if (this.#aliasedValues <= MAX_ALIASED_VALUES) return value
    if (this.problems.some(({ problem }) => problem === TOO_MANY_ALIASES)) return null
    return this.#refuse(alias, TOO_MANY_ALIASES)
  }

  #convertMap(map: YAMLMap<Node, Node | null>, depth: number, aliased: boolean): unknown {
    const result: Record<string, unknown> = {}
    for (const { key, value } of map.items) {
      const name = isScalar(key) && key.tag === undefined ? key.value : undefined
      if (typeof name !== 'string' || name === '__proto__') this.#refuse(key, keyProblem(name))
      else if (Object.hasOwn(result, name)) this.#refuse(key, duplicateKey(name))
      else result[name] = this.convert(value, depth + 1, aliased)
    }
    return result
  }

  #refuse(node: Node, problem: Problem): null {
    this.problems.push({ node, problem })
    return null
  }
}

const TOO_DEEP = mistake('ERR_CONFIG_SYNTAX', `nested deeper than ${MAX_DEPTH} levels`)

const tagProblem = (tag: string): Problem =>
  mistake('ERR_CONFIG_TAG', `the YAML tag ${quoted(tag)} is not accepted`, 'write the value without a tag')

const TOO_MANY_ALIASES = mistake(
  'ERR_CONFIG_ALIAS',
  `aliases expand to more than ${MAX_ALIASED_VALUES} values`,
)

function duplicateKey(name: string): Problem {
  const hint = 'remove one of the two; programs differ in which one they use'
  return mistake('ERR_CONFIG_DUPLICATE_KEY', `the map has the key ${quoted(name)} twice`, hint)
}

const keyProblem = (name: unknown): Problem =>
  name === '__proto__'
    ? mistake('ERR_CONFIG_KEY', 'the key "__proto__" is not accepted')
    : mistake('ERR_CONFIG_KEY', 'keys must be strings', 'write the key in quotes')
