/** The answer to `keys list` of a running Warder, or of another program at that address. */
import type { IssuerKeysReport } from '../../admin/keys-report.ts'
import { parseStrictJson } from '../../strict-json.ts'

type Members = Readonly<Record<string, unknown>>

const ISSUER_TEXTS = ['name', 'source', 'state'] as const
const ISSUER_OPTIONAL = ['loadedAt', 'lastError'] as const
const KEY_OPTIONAL = ['kid', 'type', 'thumbprint', 'firstSeen', 'lastSeen', 'lastUsed'] as const

/** Undefined when it is not of the shape `warder.keys/v1`; unknown members are allowed. */
export function readKeysReport(text: string): readonly IssuerKeysReport[] | undefined {
  // The text is bounded already, and ten thousand issuers are no mistake.
  const answer = parseStrictJson(text, Number.POSITIVE_INFINITY)
  if (!answer.ok || !isObject(answer.value) || answer.value['schema'] !== 'warder.keys/v1') return undefined
  const { issuers } = answer.value
  return isListOf(issuers, isIssuer)
    ? (issuers as readonly unknown[] as readonly IssuerKeysReport[])
    : undefined
}

const isIssuer = (value: unknown): boolean =>
  isObject(value) &&
  ISSUER_TEXTS.every((name) => typeof value[name] === 'string') &&
  ISSUER_OPTIONAL.every((name) => isTextOrAbsent(value[name])) &&
  isListOf(value['keys'], isKey) &&
  isListOf(value['ignored'], isIgnored)

const isKey = (value: unknown): boolean =>
  isObject(value) &&
  KEY_OPTIONAL.every((name) => isTextOrAbsent(value[name])) &&
  typeof value['inForce'] === 'boolean' &&
  isListOf(value['algorithms'], (name) => typeof name === 'string')

const isIgnored = (value: unknown): boolean =>
  isObject(value) &&
  (value['kid'] === null || typeof value['kid'] === 'string') &&
  typeof value['why'] === 'string'

const isObject = (value: unknown): value is Members => typeof value === 'object' && value !== null

const isTextOrAbsent = (value: unknown): boolean =>
  value === undefined || value === null || typeof value === 'string'

const isListOf = (value: unknown, isItem: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isItem)
