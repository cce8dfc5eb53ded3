/** Plain data with other texts. */
import { toPointer } from '../json-pointer.ts'

/**
 * Replaces every text in lists and maps; keys stay as they are. What holds no changed text is returned as it is, not
 * copied: of 10,000 routes, none may change.
 *
 * @param map The pointer is only formed when it is asked for.
 */
export function mapStrings(root: unknown, map: (text: string, pointerOf: () => string) => string): unknown {
  const path: PropertyKey[] = []
  const pointerOf = (): string => toPointer(path)

  const visit = (value: unknown): unknown => {
    if (typeof value === 'string') return map(value, pointerOf)
    if (typeof value !== 'object' || value === null) return value
    return Array.isArray(value) ? visitList(value) : visitMap(value as Readonly<Record<string, unknown>>)
  }
  const visitBelow = (key: PropertyKey, value: unknown): unknown => {
    path.push(key)
    const visited = visit(value)
    path.pop()
    return visited
  }
  const visitList = (list: readonly unknown[]): readonly unknown[] => {
    let changed: unknown[] | undefined
    for (const [i, item] of list.entries()) {
      const visited = visitBelow(i, item)
      if (visited !== item) (changed ??= [...list])[i] = visited
    }
    return changed ?? list
  }
  const visitMap = (members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
    let changed: Record<string, unknown> | undefined
    for (const key of Object.keys(members)) {
      const visited = visitBelow(key, members[key])
      if (visited !== members[key]) (changed ??= { ...members })[key] = visited
    }
    return changed ?? members
  }
  return visit(root)
}
