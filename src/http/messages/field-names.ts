/** Names of fields: their hashes, and the usual ones. */
import type { HeaderField } from './header-fields.ts'

/** A name as it was sent, and in lower case. */
export type FieldName = Pick<HeaderField, 'name' | 'lower'>

/** The hash of a name, in lower case. */
export function hashOf(lower: string): number {
  let hash = 0
  for (let i = 0; i < lower.length; i++) hash = hashWith(hash, lower.charCodeAt(i))
  return hash
}

/** The hash of a name that goes on with one more letter, in lower case. */
export const hashWith = (hash: number, letter: number): number => (Math.imul(hash, 31) + letter) | 0

/** Names that most heads have, in both usual spellings, by their hashes. No text is made of them. */
const USUAL_NAMES: ReadonlyMap<number, readonly FieldName[]> = new Map(
  [
    'Accept Accept-Encoding Accept-Language Accept-Ranges Age Authorization Cache-Control Connection',
    'Content-Encoding Content-Length Content-Type Cookie Date ETag Expires Host If-Modified-Since',
    'If-None-Match Keep-Alive Last-Modified Location Origin Pragma Range Referer Sec-Fetch-Dest',
    'Sec-Fetch-Mode Sec-Fetch-Site Server Set-Cookie Transfer-Encoding Upgrade-Insecure-Requests',
    'User-Agent Vary Via X-Content-Type-Options X-Forwarded-For X-Forwarded-Host X-Forwarded-Proto',
    'X-Frame-Options X-Powered-By X-Real-IP X-Request-Id X-Requested-With',
  ]
    .flatMap((line) => line.split(' '))
    .map((name) => {
      const lower = name.toLowerCase()
      return [
        hashOf(lower),
        [
          { name, lower },
          { name: lower, lower },
        ],
      ] as const
    }),
)

/**
 * The name between two places of a head.
 *
 * @param hash Of its lower case.
 */
export function fieldNameAt(text: string, hash: number, start: number, end: number): FieldName {
  const usual = USUAL_NAMES.get(hash)
  if (usual !== undefined)
    for (const one of usual)
      if (one.name.length === end - start && text.startsWith(one.name, start)) return one
  const name = text.slice(start, end)
  return { name, lower: name.toLowerCase() }
}
