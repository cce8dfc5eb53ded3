/** What the schema cannot say about one key source. Pointers are below the issuer, of a source that is alone. */
import { parseUrl } from '../../syntax/parse-url.ts'
import { problemAt, problemAtKey, type LocatedProblem } from '../problem.ts'
import { uselessWords } from '../useless-words.ts'
import { KEYS, type KeySourceConfig } from './definition.ts'
import { keySourceOf, SOURCES } from './parts.ts'

/** @param issuer The exact `iss`; null accepts every issuer. */
export const checkKeySource = (issuer: string | null, keys: KeySourceConfig): readonly LocatedProblem[] => [
  ...checkUrl(issuer, keys),
  ...checkCredentialHosts(keys),
  ...checkReach(keys),
  ...checkElsewhere(issuer, keys),
]

/** One source at most, and nothing beside it that belongs to another. */
export function checkWords(keys: KeySourceConfig): readonly LocatedProblem[] {
  const [first, second] = SOURCES.filter((source) => keys[source] !== undefined)
  if (second !== undefined) {
    const message = `\`${first}\` and \`${second}\` exclude each other`
    const hint = 'keep one, or write a list of both: `keys: [{ … }, { … }]`'
    return [problemAtKey(`/keys/${second}`, 'ERR_CONFIG_EXACTLY_ONE', message, hint)]
  }
  // Discovery is what is written when no source is.
  const written = first === undefined ? { ...keys, discovery: true } : keys
  return uselessWords(KEYS, '/keys', written, first === undefined ? 'with discovery' : `beside \`${first}\``)
}

/** Bounds that contradict each other, and a file for what is not kept. */
export function checkRefresh(keys: KeySourceConfig): readonly LocatedProblem[] {
  const { refresh, min_refresh: least, max_refresh: most } = keys
  const found: LocatedProblem[] = []
  const tooLong = (at: string, a: string, b: string): void =>
    void found.push(problemAt(`/keys/${at}`, 'ERR_CONFIG_RANGE', `\`${a}\` is longer than \`${b}\``))
  if (least !== undefined && most !== undefined && least > most)
    tooLong('min_refresh', 'min_refresh', 'max_refresh')
  else if (least !== undefined && refresh !== undefined && least > refresh)
    tooLong('refresh', 'min_refresh', 'refresh')
  else if (most !== undefined && refresh !== undefined && refresh > most)
    tooLong('refresh', 'refresh', 'max_refresh')
  if (keys.snapshot_file !== undefined && keys.startup !== 'snapshot') {
    const message = '`snapshot_file` has no effect without `startup: snapshot`'
    found.push(problemAtKey('/keys/snapshot_file', 'ERR_CONFIG_USELESS_KEY', message))
  }
  return found
}

/** Whether keys can be fetched, and only from whom they should come. */
function checkUrl(issuer: string | null, keys: KeySourceConfig): readonly LocatedProblem[] {
  const source = keySourceOf(keys)
  if (source !== 'discovery' && source !== 'jwks_url') return []
  // With unknown issuers, a server that answers at the URL would vouch for every issuer.
  if (issuer === null) {
    const message = '`issuer: any` with keys from the network'
    const hint = 'write the exact `iss`, or configure the keys as secret, pem_file or jwks_file'
    return [problemAt('/issuer', 'ERR_CONFIG_ISSUER_ANY', message, hint)]
  }
  const own = source === 'discovery' ? keys.metadata_url : keys.jwks_url
  const isIssuer = own === undefined
  const at = isIssuer ? '/issuer' : source === 'discovery' ? '/keys/metadata_url' : '/keys/jwks_url'
  const url = own ?? issuer
  const why = whyNotFetchable(url, isIssuer)
  if (why !== undefined) {
    const hints =
      source === 'discovery' ? ['or configure the keys as jwks_url, jwks_file, pem_file or secret'] : []
    return [problemAt(at, 'ERR_CONFIG_URL', `keys cannot be fetched from here: ${why}`, ...hints)]
  }
  // Nobody is on the way to a socket of this machine.
  if (new URL(url).protocol === 'https:' || keys.unix !== undefined) return []
  const risk = 'fetched over http://, and anyone on the network path could replace them'
  if (keys.allow_http === true) return [problemAt(at, 'WARN_CONFIG_HTTP', `keys are ${risk}`)]
  const hint = 'use https://; for loopback and tests set `keys.allow_http: true`'
  return [problemAt(at, 'ERR_CONFIG_URL_INSECURE', `keys would be ${risk}`, hint)]
}

/** Why keys cannot come from this URL; undefined when they can. */
function whyNotFetchable(text: string, isIssuer: boolean): string | undefined {
  if (!URL.canParse(text)) return 'it is not a URL'
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return `it is not https://`
  if (url.username !== '' || url.password !== '') return 'it has a user name or password'
  if (text.includes('#')) return 'it has a fragment'
  // OpenID Connect Discovery 1.0 §3: an issuer has no query and no fragment.
  return isIssuer && text.includes('?') ? 'an issuer has no query' : undefined
}

/** A list of recipients, and nothing to send. */
function checkCredentialHosts(keys: KeySourceConfig): readonly LocatedProblem[] {
  const credentials = [keys.headers, keys.bearer_file, keys.client_cert_file]
  if (keys.send_credentials_to === undefined || credentials.some((one) => one !== undefined)) return []
  const message = '`send_credentials_to` has no effect without `headers`, `bearer_file` or `client_cert_file`'
  return [problemAtKey('/keys/send_credentials_to', 'ERR_CONFIG_USELESS_KEY', message)]
}

/** Pairs that cannot both be heeded, with the reason. */
const EXCLUSIVE = [
  ['unix', 'proxy', 'a socket is not reached through a proxy'],
  ['unix', 'deny_private_addresses', 'a socket has no address'],
  ['proxy', 'deny_private_addresses', 'the proxy resolves the name; let the proxy deny'],
] as const

/** The two halves of a client certificate. */
const HALVES = [
  ['client_key_file', 'client_cert_file'],
  ['client_cert_file', 'client_key_file'],
] as const

function checkReach(keys: KeySourceConfig): readonly LocatedProblem[] {
  const headers = Object.keys(keys.headers ?? {}).map((name) => name.toLowerCase())
  const found = [
    ...EXCLUSIVE.filter(([first, second]) => keys[first] && keys[second]).map(([first, second, why]) => {
      const message = `\`${first}\` and \`${second}\` exclude each other: ${why}`
      return problemAtKey(`/keys/${second}`, 'ERR_CONFIG_EXACTLY_ONE', message)
    }),
    ...HALVES.filter(([given, other]) => keys[given] !== undefined && keys[other] === undefined).map(
      ([given, other]) =>
        problemAtKey(`/keys/${given}`, 'ERR_CONFIG_MISSING_KEY', `\`${given}\` needs \`${other}\` beside it`),
    ),
  ]
  if (new Set(headers).size < headers.length) {
    const message = 'the same header twice, in two letter cases'
    found.push(problemAt('/keys/headers', 'ERR_CONFIG_HEADER', message))
  }
  if (keys.bearer_file !== undefined && headers.includes('authorization')) {
    const message = '`bearer_file` and an `Authorization` header exclude each other'
    found.push(problemAtKey('/keys/bearer_file', 'ERR_CONFIG_EXACTLY_ONE', message))
  }
  return found
}

/** A key set that is not at its issuer: legitimate, and the first thing to look at when it was not meant. */
function checkElsewhere(issuer: string | null, keys: KeySourceConfig): readonly LocatedProblem[] {
  const setting = keys.metadata_url === undefined ? 'jwks_url' : 'metadata_url'
  const url = parseUrl(keys[setting] ?? '')
  const home = parseUrl(issuer ?? '')
  if (url === null || home === null || home.host === '' || url.host === home.host) return []
  if (keys.unix !== undefined) return []
  const message = `the keys are at ${url.host}, the issuer is ${home.host}`
  const hint = 'anyone who controls that host can sign tokens of this issuer'
  return [problemAt(`/keys/${setting}`, 'WARN_CONFIG_JWKS_ELSEWHERE', message, hint)]
}
