/** Names for issuers and routes that were given none. */
import type { Located } from './problem.ts'
import type { IssuerConfig } from './issuer/definition.ts'
import type { RouteConfig } from './route/definition.ts'

/** The name, or the first of `name-2`, `name-3`, … that is not taken; it is taken then. */
export function uniqueName(wanted: string, taken: Set<string>): string {
  let name = wanted
  for (let n = 2; taken.has(name); n++) name = `${wanted}-${n}`
  taken.add(name)
  return name
}

/** Any text as a name: what names cannot have becomes `-`. */
export const toName = (text: string, fallback: string): string =>
  text
    .replaceAll(/[^A-Za-z0-9_.-]+/g, '-')
    // No key of a map: the reader of `warder.yaml` refuses it.
    .replaceAll(/^-+|-+$|^__proto__$/g, '')
    .slice(0, 56) || fallback

/** Names in the order of the issuers: the given ones, else made from the host of `issuer`. */
export function issuerNames(issuers: readonly Located<IssuerConfig>[]): readonly string[] {
  const taken = new Set(issuers.flatMap(({ value }) => value.name ?? []))
  return issuers.map(({ value, pointer }) => {
    const fallback = `issuer-${Number(pointer.split('/').at(-1)) + 1}`
    return value.name ?? uniqueName(toName(hostOf(value.issuer), fallback), taken)
  })
}

/** Names in the order of the routes: the given ones, else `route-1`, `route-2`, … by position. */
export function routeNames(routes: readonly Located<RouteConfig>[]): readonly string[] {
  const taken = new Set(routes.flatMap(({ value }) => value.name ?? []))
  return routes.map(({ value, pointer }) => {
    return value.name ?? uniqueName(`route-${Number(pointer.split('/').at(-1)) + 1}`, taken)
  })
}

const hostOf = (issuer: string | null): string =>
  issuer !== null && URL.canParse(issuer) ? new URL(issuer).hostname : ''
