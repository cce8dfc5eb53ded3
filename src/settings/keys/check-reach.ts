/** What the schema cannot say about the way to an issuer's keys. */
import type { Problem } from '../problem.ts'
import type { KeySourceConfig } from './definition.ts'
import { parseUrl } from '../../syntax/parse-url.ts'

/** Hands over a problem at a pointer below the issuer. */
export type AddProblem = (at: string, problem: Problem, atKey?: boolean) => void

type ReachKey = keyof KeySourceConfig

/** Pairs that cannot both be heeded, with the reason. */
const EXCLUSIVE: readonly (readonly [first: ReachKey, second: ReachKey, why: string])[] = [
  ['unix', 'proxy', 'a socket is not reached through a proxy'],
  ['unix', 'deny_private_addresses', 'a socket has no address'],
  ['proxy', 'deny_private_addresses', 'the proxy resolves the name; let the proxy deny'],
]

export function checkReach(keys: KeySourceConfig, add: AddProblem): void {
  checkCredentialHosts(keys, add)
  for (const [first, second, why] of EXCLUSIVE) {
    if (!keys[first] || !keys[second]) continue
    const message = `\`${first}\` and \`${second}\` exclude each other: ${why}`
    add(`/keys/${second}`, { code: 'ERR_CONFIG_EXACTLY_ONE', message }, true)
  }
  if ((keys.client_cert_file === undefined) !== (keys.client_key_file === undefined)) {
    const [given, absent] =
      keys.client_cert_file === undefined
        ? (['client_key_file', 'client_cert_file'] as const)
        : (['client_cert_file', 'client_key_file'] as const)
    const message = `\`${given}\` needs \`${absent}\` beside it`
    add(`/keys/${given}`, { code: 'ERR_CONFIG_MISSING_KEY', message }, true)
  }
  const headers = Object.keys(keys.headers ?? {}).map((name) => name.toLowerCase())
  if (new Set(headers).size < headers.length)
    add('/keys/headers', { code: 'ERR_CONFIG_HEADER', message: 'the same header twice, in two letter cases' })
  if (keys.bearer_file !== undefined && headers.includes('authorization')) {
    const message = '`bearer_file` and an `Authorization` header exclude each other'
    add('/keys/bearer_file', { code: 'ERR_CONFIG_EXACTLY_ONE', message }, true)
  }
}

/** A list of recipients, and nothing to send. */
function checkCredentialHosts(keys: KeySourceConfig, add: AddProblem): void {
  const hasCredentials = [keys.headers, keys.bearer_file, keys.client_cert_file].some(
    (one) => one !== undefined,
  )
  if (keys.send_credentials_to === undefined || hasCredentials) return
  const message = '`send_credentials_to` has no effect without `headers`, `bearer_file` or `client_cert_file`'
  add('/keys/send_credentials_to', { code: 'ERR_CONFIG_USELESS_KEY', message }, true)
}

/** A key set that is not at its issuer: legitimate, and the first thing to look at when it was not meant. */
export function checkElsewhere(issuer: string | null, keys: KeySourceConfig, add: AddProblem): void {
  const setting = keys.metadata_url === undefined ? 'jwks_url' : 'metadata_url'
  const url = parseUrl(keys[setting] ?? '')
  const home = parseUrl(issuer ?? '')
  if (url === null || home === null || home.host === '' || url.host === home.host) return
  if (keys.unix !== undefined) return
  add(`/keys/${setting}`, {
    code: 'WARN_CONFIG_JWKS_ELSEWHERE',
    message: `the keys are at ${url.host}, the issuer is ${home.host}`,
    hints: ['whoever controls that host can sign tokens of this issuer'],
  })
}
