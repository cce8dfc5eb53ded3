/** What the schema cannot say about one issuer: algorithms, secrets and URLs that do not go together. */
import { ALGORITHMS } from '../keys/algorithms.ts'
import type { Algorithm } from '../keys/algorithms.ts'
import { checkElsewhere, checkReach } from './check-reach.ts'
import type { AddProblem as Add } from './check-reach.ts'
import { checkTenants, expandTenants } from './expand-tenants.ts'
import { toPointer } from './json-pointer.ts'
import { decodeSecret } from './decode-secret.ts'
import { isHmac } from './default-algorithms.ts'
import type { Problem } from './diagnostic.ts'
import { checkRefresh } from './key-refresh.ts'
import { PRESET_INPUTS } from './presets.ts'
import type { Located } from './read-config.ts'
import type { IssuerConfig, KeysConfig } from './schema-issuer.ts'
import { REACH_SHAPE } from './schema-reach.ts'
import type { LocatedProblem } from './schema-problems.ts'

/** Below this a secret can be guessed whatever one accepts, in bytes. */
export const LEAST_SECRET_BYTES = 16

const SOURCES = ['jwks_url', 'jwks_file', 'jwks', 'pem_file', 'pem', 'secret'] as const
const SECRET_OPTIONS = ['encoding', 'kid', 'allow_short_secret'] as const
const FETCH_OPTIONS = [
  ...(Object.keys(REACH_SHAPE) as (keyof typeof REACH_SHAPE)[]),
  'allow_http',
  'timeout',
  'max_bytes',
  'refresh',
  'min_refresh',
  'max_refresh',
  'max_stale',
  'cooldown',
  'first_fetch_wait',
  'startup',
  'snapshot_file',
  'pin',
] as const

/** Which key source an issuer has; discovery when it names none. */
export const keySourceOf = (keys: KeysConfig | undefined): (typeof SOURCES)[number] | 'discovery' =>
  SOURCES.find((source) => keys?.[source] !== undefined) ?? 'discovery'

/** Least length of a secret that is used with all of these, in bytes (RFC 7518 §3.2). */
export const secretBytesNeeded = (algorithms: readonly Algorithm[]): number =>
  Math.max(0, ...algorithms.filter((name) => isHmac(name)).map((name) => ALGORITHMS[name].hashBytes))

/** @param supported The algorithms that the runtime has. */
export function checkIssuer(
  { pointer, value: issuer }: Located<IssuerConfig>,
  supported: ReadonlySet<Algorithm>,
): readonly LocatedProblem[] {
  const found: LocatedProblem[] = []
  const add: Add = (at, problem, atKey = false) => {
    found.push({ pointer: `${pointer}${at}`, problem, atKey })
  }
  for (const key of PRESET_INPUTS) {
    if (issuer[key as keyof IssuerConfig] === undefined) continue
    add(`/${key}`, { code: 'ERR_CONFIG_USELESS_KEY', message: `\`${key}\` is an input of presets` }, true)
  }
  checkKeys(issuer.keys, add)
  checkRefresh(issuer.keys, add)
  checkAlgorithms(issuer, supported, add)
  if (issuer.keys?.secret !== undefined) checkSecret(issuer, issuer.keys.secret, add)
  checkTenants(issuer, add)
  // All issuers of a template have one shape: what is wrong with one is wrong with each.
  const [first = issuer] = expandTenants(issuer)
  checkUrl(first, add)
  checkReach(issuer.keys ?? {}, add)
  checkElsewhere(first, add)
  checkClaimRules(issuer, add)
  checkRelaxations(issuer, add)
  return found
}

function checkKeys(keys: KeysConfig | undefined, add: Add): void {
  const [first, second] = SOURCES.filter((source) => keys?.[source] !== undefined)
  if (second !== undefined) {
    const message = `\`${first}\` and \`${second}\` exclude each other`
    add(
      `/keys/${second}`,
      { code: 'ERR_CONFIG_EXACTLY_ONE', message, hints: ['keep one, or make two issuers'] },
      true,
    )
    return
  }
  const isRemote = first === undefined || first === 'jwks_url'
  const hasUse = isRemote || first === 'jwks_file' || first === 'jwks'
  const useless = [
    ...(hasUse ? [] : (['key_use'] as const)),
    ...(first === 'secret' ? [] : SECRET_OPTIONS),
    ...(isRemote ? [] : FETCH_OPTIONS),
  ]
  for (const option of useless.filter((option) => keys?.[option] !== undefined)) {
    const beside = first === undefined ? 'with discovery' : `beside \`${first}\``
    add(
      `/keys/${option}`,
      { code: 'ERR_CONFIG_USELESS_KEY', message: `\`${option}\` has no effect ${beside}` },
      true,
    )
  }
}

function checkAlgorithms(issuer: IssuerConfig, supported: ReadonlySet<Algorithm>, add: Add): void {
  const algorithms = issuer.algorithms ?? []
  const hmac = algorithms.find((name) => isHmac(name))
  const publicKey = algorithms.find((name) => !isHmac(name))
  const source = keySourceOf(issuer.keys)
  if (hmac !== undefined && (publicKey !== undefined || source !== 'secret')) {
    add('/algorithms', mixed(hmac, publicKey === undefined ? sourceForPeople(source) : `\`${publicKey}\``))
  } else if (publicKey !== undefined && source === 'secret') {
    add('/algorithms', mixed(publicKey, 'a shared secret'))
  }
  algorithms.forEach((name, i) => {
    if (supported.has(name)) return
    const message = `this runtime has no ${name}`
    add(`/algorithms/${i}`, {
      code: 'ERR_CONFIG_ALGORITHM_UNSUPPORTED',
      message,
      hints: [`it has ${[...supported].join(', ')}`],
    })
  })
}

const mixed = (algorithm: Algorithm, other: string): Problem => ({
  code: 'ERR_CONFIG_ALGORITHMS_MIXED',
  message: `\`${algorithm}\` together with ${other} in one issuer`,
  hints: ['a public key must never be usable as an HMAC secret; make two issuers'],
})

const sourceForPeople = (source: string): string =>
  source === 'discovery' ? 'public keys from discovery' : `public keys from \`${source}\``

function checkSecret(issuer: IssuerConfig, secret: string, add: Add): void {
  const decoded = decodeSecret(secret, issuer.keys?.encoding ?? 'utf8')
  if (!decoded.ok) return add('/keys/secret', decoded.error)
  const algorithms = (issuer.algorithms ?? ['HS256']).filter((name) => isHmac(name))
  const needed = secretBytesNeeded(algorithms)
  const { length } = decoded.value
  if (length >= needed) return
  const waived = issuer.keys?.allow_short_secret === true
  const largest = algorithms.find((name) => ALGORITHMS[name].hashBytes === needed)
  const message = `the secret has ${length} bytes, and ${largest} needs ${needed}`
  if (waived && length >= LEAST_SECRET_BYTES)
    return add('/keys/secret', { code: 'WARN_CONFIG_SECRET_SHORT', message })
  const hint = waived
    ? `\`allow_short_secret\` goes down to ${LEAST_SECRET_BYTES} bytes, not further`
    : `make one with \`openssl rand -hex ${needed}\` (RFC 7518 §3.2)`
  add('/keys/secret', { code: 'ERR_CONFIG_SECRET_SHORT', message, hints: [hint] })
}

function checkUrl(issuer: IssuerConfig, add: Add): void {
  const source = keySourceOf(issuer.keys)
  if (source !== 'discovery' && source !== 'jwks_url') return
  // With unknown issuers, keys of whoever answers at the URL would vouch for everyone.
  if (issuer.issuer === null) {
    const hints = ['write the exact `iss`, or give the keys as secret, pem_file or jwks_file']
    return add('/issuer', {
      code: 'ERR_CONFIG_ISSUER_ANY',
      message: '`issuer: any` with keys from the network',
      hints,
    })
  }
  const at = source === 'discovery' ? '/issuer' : '/keys/jwks_url'
  const url = (source === 'discovery' ? issuer.issuer : issuer.keys?.jwks_url) ?? ''
  const why = whyNotFetchable(url, source === 'discovery')
  if (why !== undefined) {
    const hints =
      source === 'discovery'
        ? ['or set `keys` to where the keys are: jwks_url, jwks_file, pem_file or secret']
        : []
    return add(at, { code: 'ERR_CONFIG_URL', message: `keys cannot be fetched from here: ${why}`, hints })
  }
  // Nobody is on the way to a socket of this machine.
  if (new URL(url).protocol === 'https:' || issuer.keys?.unix !== undefined) return
  const message = 'keys would be fetched over http://, where anyone on the way can replace them'
  if (issuer.keys?.allow_http === true)
    return add(at, { code: 'WARN_CONFIG_HTTP', message: message.replace('would be', 'are') })
  add(at, {
    code: 'ERR_CONFIG_URL_INSECURE',
    message,
    hints: ['use https://; for loopback and tests set `keys.allow_http: true`'],
  })
}

/** Why keys cannot come from this URL; undefined when they can. */
export function whyNotFetchable(text: string, isIssuer: boolean): string | undefined {
  if (!URL.canParse(text)) return 'it is not a URL'
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return `it is not https://`
  if (url.username !== '' || url.password !== '') return 'it has a user name or password'
  if (text.includes('#')) return 'it has a fragment'
  // OpenID Connect Discovery 1.0 §3: an issuer has no query and no fragment.
  return isIssuer && text.includes('?') ? 'an issuer has no query' : undefined
}

function checkClaimRules({ claims = {} }: IssuerConfig, add: Add): void {
  for (const [name, rule] of Object.entries(claims)) {
    if (rule.in !== undefined || ('starts_with' in rule && rule.starts_with !== undefined)) continue
    const hints = ['write a text, a list of texts, or `starts_with`']
    const message = 'a claim rule that checks nothing'
    add(`/claims${toPointer([name])}`, { code: 'ERR_CONFIG_CLAIM_RULE', message, hints })
  }
}

function checkRelaxations(issuer: IssuerConfig, add: Add): void {
  if (issuer.audience === null) {
    const hints = ['name the audience of your API']
    add('/audience', {
      code: 'WARN_CONFIG_AUDIENCE_ANY',
      message: 'tokens made for any other service are accepted here',
      hints,
    })
  }
  issuer.audience?.forEach((audience, i) => {
    if (audience !== 'account') return
    const hints = ['in Keycloak, add an audience mapper to the client scope, and name that audience here']
    const message = 'every token of a Keycloak realm has the audience "account"'
    add(`/audience/${i}`, { code: 'WARN_CONFIG_AUDIENCE_ACCOUNT', message, hints })
  })
  if (issuer.issuer === null)
    add('/issuer', {
      code: 'WARN_CONFIG_ISSUER_ANY',
      message: 'tokens are accepted whatever their `iss` says',
    })
  if (issuer.allow_missing_exp === true) {
    add('/allow_missing_exp', {
      code: 'WARN_CONFIG_EXP_OPTIONAL',
      message: 'tokens without `exp` are accepted, and never expire',
    })
  }
  if (issuer.allow_sender_constrained === true) {
    const message = 'tokens bound to a key are accepted from whoever holds them'
    add('/allow_sender_constrained', { code: 'WARN_CONFIG_SENDER_CONSTRAINED', message })
  }
}
