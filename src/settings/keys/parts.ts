/** The key sources of an issuer, one by one, however they are written. */
import type { KeysConfig, KeySourceConfig } from './definition.ts'

/** The part of an issuer that names its key sources. */
export interface WithKeys {
  readonly keys?: KeysConfig | readonly KeysConfig[] | undefined
}

/** A key source and where it is written, as pointers below the issuer. */
export interface KeyPart {
  /** The map that holds it. */
  readonly at: string
  /** Keys of which this is one item of the list: `jwks_url` → `/keys/jwks_url/1`. */
  readonly items: Readonly<Partial<Record<'jwks_url' | 'secret', string>>>
  readonly keys: KeySourceConfig
}

/** Keys that name a source; at most one of them stands in a map. */
export const SOURCES = ['jwks_url', 'jwks_file', 'jwks', 'pem_file', 'pem', 'secret'] as const

/** Which key source an issuer has; discovery when it names none. */
export const keySourceOf = (keys: KeySourceConfig): (typeof SOURCES)[number] | 'discovery' =>
  SOURCES.find((source) => keys[source] !== undefined) ?? 'discovery'

/** Every source has its own health and its own requests. */
export const MAX_KEY_SOURCES = 8

/** In the order in which they are written; discovery when nothing is. */
export function keyPartsOf({ keys }: WithKeys): readonly KeyPart[] {
  if (!isList(keys)) return takeApart(keys ?? {}, '/keys')
  return keys.flatMap((entry, i) => takeApart(entry, `/keys/${i}`))
}

// The type guard of `Array.isArray` does not know read-only lists.
const isList = (keys: WithKeys['keys']): keys is readonly KeysConfig[] => Array.isArray(keys)

function takeApart(entry: KeysConfig, at: string): readonly KeyPart[] {
  const { jwks_url: urls, secret: secrets, ...rest } = entry
  // Two kinds in one map are a mistake, which is shown as it is.
  if (secrets !== undefined && urls === undefined) {
    return secrets.map(({ value, kid, encoding }, i) => {
      const own = { ...(kid === undefined ? {} : { kid }), ...(encoding === undefined ? {} : { encoding }) }
      const place = secrets.length > 1 ? `${at}/secret/${i}` : `${at}/secret`
      return { at, items: { secret: place }, keys: { ...rest, secret: value, ...own } }
    })
  }
  if (urls === undefined) return [{ at, items: {}, keys: rest }]
  const secret = secrets?.[0]?.value
  return urls.map((url, i) => ({
    at,
    items: { jwks_url: urls.length > 1 ? `${at}/jwks_url/${i}` : `${at}/jwks_url` },
    keys: { ...rest, jwks_url: url, ...(secret === undefined ? {} : { secret }) },
  }))
}

/** Where the settings of each source are written: paths and pointers below the issuer. */
export function keyOrigins(issuer: WithKeys): readonly (readonly [path: string, at: string])[] {
  const parts = keyPartsOf(issuer)
  return parts.flatMap(({ at, items }, i) => {
    const path = parts.length === 1 ? '/keys' : `/keys/${i}`
    const { secret, jwks_url: url } = items
    return [
      [path, at] as const,
      ...(url === undefined ? [] : [[`${path}/jwks_url`, url] as const]),
      ...(secret === undefined ? [] : [[`${path}/secret`, secret] as const]),
      // Of a list, the `kid` is in the item.
      ...(secret === undefined || secret === `${at}/secret` ? [] : [[`${path}/kid`, secret] as const]),
    ]
  })
}

/** Whether the keys of a source are shared secrets. */
export const isSymmetric = (keys: KeySourceConfig): boolean =>
  keySourceOf(keys) === 'secret' || (keySourceOf(keys) === 'jwks_file' && keys.allow_symmetric === true)

/** Whether an issuer's tokens are verified by shared secrets. Of a mixture, which is an error, the first source counts. */
export const hasSecrets = (issuer: WithKeys): boolean =>
  keyPartsOf(issuer)
    .slice(0, 1)
    .some(({ keys }) => isSymmetric(keys))
