/** Goma's `cors`, a list of origins and a map of answer headers → the `cors` of a native route. */
import { mistake, type Problem } from '../../settings/problem.ts'
import type { Report, NativeValue } from '../read-foreign.ts'
import { quoted } from '../../printable.ts'
import { parseOrigin } from '../../settings/values/origin.ts'
import { z } from 'zod'
import { strictMap } from '../../settings/kinds/section.ts'
import { count, textBy } from '../../settings/kinds/values.ts'
import { toPointer } from '../../json-pointer.ts'
import { gomaFlag, optionalTexts, textOrNumber } from './leaf.ts'
import { unsupported, withoutEffect } from './noted-keys.ts'

export const GomaCorsSchema = strictMap({
  enabled: gomaFlag().optional(),
  origins: z.array(textBy(parseOrigin)).optional(),
  allowedHeaders: optionalTexts(),
  allowMethods: optionalTexts(),
  exposeHeaders: optionalTexts(),
  maxAge: count(0, 1_000_000_000).schema.optional(),
  allowCredentials: gomaFlag().optional(),
  headers: z.record(z.string(), z.union([textOrNumber(), z.boolean()])).optional(),
})

type GomaCors = z.output<typeof GomaCorsSchema>

export interface TranslatedCors {
  /** Of a `warder.yaml`; undefined if no origin may read anything. */
  readonly value: NativeValue | undefined
  /** Key of the value → pointer to where it is written. */
  readonly origins: Readonly<Record<string, string>>
}

/** What browsers do if a header is missing (https://fetch.spec.whatwg.org/#http-cors-protocol). */
const UNSAID = { methods: ['GET', 'HEAD', 'POST'], headers: [], expose: [], max_age: '5s' }

/** @param pointer Where it is written. */
export function translateCors(cors: GomaCors | undefined, pointer: string, report: Report): TranslatedCors {
  if (cors === undefined || cors.enabled === false) return { value: undefined, origins: {} }
  const { origins = [], headers = {} } = cors
  const value: Record<string, unknown> = { ...UNSAID, origins }
  const places: Record<string, string> = { origins: `${pointer}/origins` }
  for (const [name, written] of Object.entries(headers)) {
    const at = `${pointer}/headers${toPointer([name])}`
    const word = WORDS.find(({ header }) => header === name.toLowerCase())
    if (word === undefined) report(at, otherHeader(name), 'at key')
    else if (Object.hasOwn(places, word.key)) {
      const message = `the header ${quoted(name)} is repeated`
      report(at, mistake('ERR_CONFIG_DUPLICATE_NAME', message), 'at key')
    } else {
      places[word.key] = at
      const found = word.read(String(written).trim())
      if (found === undefined) report(at, badValue(name, String(written)))
      else if (word.key !== 'methods' || String(written).trim() !== '') value[word.key] = found
    }
  }
  for (const [name, key, written] of keysOf(cors)) {
    const at = `${pointer}/${name}`
    if (Object.hasOwn(places, key) && JSON.stringify(value[key]) !== JSON.stringify(written)) {
      const message = `\`${name}\` and a header in \`headers\` differ`
      report(at, mistake('ERR_CONFIG_EXACTLY_ONE', message), 'at key')
    }
    places[key] = at
    value[key] = written
  }
  if (origins.length > 0) return { value, origins: places }
  if (Object.keys(headers).length > 0 || keysOf(cors).length > 0) report(pointer, NO_ORIGINS, 'at key')
  return { value: undefined, origins: {} }
}

/** Of versions from 0.2.12 on, whose keys say the same as headers. An empty value, zero or `off` counts for nothing. */
const keysOf = (cors: GomaCors): readonly (readonly [name: string, key: string, value: unknown])[] =>
  WORDS.flatMap(({ own, key, read }) => {
    const written = cors[own]
    if (typeof written === 'object') return written.length === 0 ? [] : [[own, key, written] as const]
    return written === undefined || Number(written) === 0 ? [] : [[own, key, read(String(written))] as const]
  })

function readList(written: string): unknown {
  return written
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

const DAY_SECONDS = 86_400

/** No browser remembers for more than a day; less than nothing is nothing. */
const readSeconds = (written: string): unknown =>
  /^-?\d{1,15}$/.test(written) ? `${Math.min(Math.max(Number(written), 0), DAY_SECONDS)}s` : undefined

function readFlag(written: string): unknown {
  if (written === 'true') return true
  return written === 'false' || written === '' ? false : undefined
}

/** Each header, in lower case, and the key that says the same, with what they are in a `warder.yaml`. */
const WORDS = [
  { header: 'access-control-allow-headers', own: 'allowedHeaders', key: 'headers', read: readList },
  { header: 'access-control-allow-methods', own: 'allowMethods', key: 'methods', read: readList },
  { header: 'access-control-expose-headers', own: 'exposeHeaders', key: 'expose', read: readList },
  { header: 'access-control-max-age', own: 'maxAge', key: 'max_age', read: readSeconds },
  { header: 'access-control-allow-credentials', own: 'allowCredentials', key: 'credentials', read: readFlag },
] as const

/** Headers by which an answer protects its reader: who writes one here relies on it. */
const PROTECTING =
  /^(?:access-control-.*|cross-origin-.*|content-security-policy.*|x-frame-options|x-content-type-options|x-xss-protection|strict-transport-security|referrer-policy|permissions-policy|cache-control|clear-site-data|set-cookie|www-authenticate)$/i

/** Goma writes any header into every answer to a page of `origins`. */
const otherHeader = (name: string): Problem =>
  PROTECTING.test(name)
    ? unknownHeader(name)
    : withoutEffect(`${quoted(name)} in \`cors\` has no effect`, 'let the application write it')

function unknownHeader(name: string): Problem {
  if (name.toLowerCase() === 'access-control-allow-origin')
    return unsupported(`${quoted(name)} is written by Warder`, 'name the pages in `origins`')
  return unsupported(
    `${quoted(name)} in \`cors\` is not supported`,
    'known are Access-Control-Allow-Headers, -Allow-Methods, -Expose-Headers, -Max-Age and -Allow-Credentials; let the application write others',
  )
}

const badValue = (name: string, written: string): Problem =>
  mistake(
    'ERR_CONFIG_VALUE',
    `${quoted(written)} is not a value of ${quoted(name)}`,
    'Access-Control-Max-Age is a number of seconds, Access-Control-Allow-Credentials is true or false',
  )

const NO_ORIGINS = withoutEffect(
  '`cors` has no effect without `origins`',
  'name the pages that may read answers in `origins`',
)
