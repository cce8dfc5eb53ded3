/** What the schema cannot say about one issuer: algorithms, secrets and URLs that do not go together. */
import { ALGORITHMS } from '../../syntax/algorithms.ts'
import type { Algorithm } from '../../syntax/algorithms.ts'
import { checkElsewhere, checkReach } from '../keys/check-reach.ts'
import type { AddProblem as Add } from '../keys/check-reach.ts'
import { checkTenants, expandTenants } from './tenants.ts'
import { checkClaimRules } from '../claim-rule/check.ts'
import { decodeSecret } from '../values/decode-secret.ts'
import { isHmac } from './default-algorithms.ts'
import type { Problem } from '../problem.ts'
import { checkRefresh } from '../keys/check-refresh.ts'
import { PRESET_INPUTS } from './presets.ts'
import type { Located } from '../problem.ts'
import { checkAliases, checkWildcards } from './check-name.ts'
import { checkKeyUrl } from '../keys/check-url.ts'
import type { KeySourceConfig } from '../keys/definition.ts'
import { keyPartsOf, isSymmetric, keySourceOf, MAX_KEY_SOURCES, SOURCES } from '../keys/parts.ts'
import type { IssuerConfig } from './definition.ts'
import { KEYS } from '../keys/definition.ts'
import type { LocatedProblem } from '../problem.ts'

/** Below this a secret can be guessed whatever one accepts, in bytes. */
export const LEAST_SECRET_BYTES = 16

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
  checkAlgorithms(issuer, supported, add)
  checkTenants(issuer, add)
  checkWildcards(issuer, add)
  checkParts(issuer, add)
  checkAliases(issuer, add)
  found.push(...checkClaimRules(`${pointer}/claims`, issuer.claims))
  checkRelaxations(issuer, add)
  return found
}

/** What is said of `/keys/…` below is at the place of the source, and of the item of its list. */
function checkParts(issuer: IssuerConfig, add: Add): void {
  // All issuers of a template have one shape: what is wrong with one is wrong with each.
  const [first = issuer] = expandTenants(issuer)
  const parts = keyPartsOf(first)
  if (parts.length > MAX_KEY_SOURCES) {
    const message = `${parts.length} key sources for one issuer; at most ${MAX_KEY_SOURCES} are allowed`
    add('/keys', { code: 'ERR_CONFIG_RANGE', message })
  }
  const seen = new Set<string>()
  for (const part of parts) {
    const { keys, items } = part
    const addPart: Add = (at, problem, atKey) => {
      const name = at.startsWith('/keys/') ? at.slice('/keys/'.length) : undefined
      const place =
        name === undefined
          ? at
          : ((name === 'jwks_url' || name === 'secret' ? items[name] : undefined) ?? `${part.at}/${name}`)
      // Sources of one map share its options, and their mistakes.
      const id = JSON.stringify([place, problem.code, problem.message])
      if (!seen.has(id)) add(place, problem, atKey)
      seen.add(id)
    }
    checkKeys(keys, addPart)
    checkRefresh(keys, addPart)
    if (keys.secret !== undefined) checkSecret(issuer, keys, addPart)
    checkKeyUrl(first.issuer, keys, addPart)
    checkReach(keys, addPart)
    checkElsewhere(first.issuer, keys, addPart)
  }
  checkSharedPlaces(issuer, add)
}

/** Options that one of several sources alone can have. */
function checkSharedPlaces({ keys }: IssuerConfig, add: Add): void {
  const entries = keys === undefined ? [] : 'map' in keys ? keys : [keys]
  entries.forEach(({ secret, kid, jwks_url: urls, snapshot_file: file }, i) => {
    const at = keys !== undefined && 'map' in keys ? `/keys/${i}` : '/keys'
    if ((secret?.length ?? 0) > 1 && kid !== undefined) {
      const hints = ['give each its own: `secret: [{ value: …, kid: … }, …]`']
      add(
        `${at}/kid`,
        { code: 'ERR_CONFIG_USELESS_KEY', message: 'one `kid` for several secrets', hints },
        true,
      )
    }
    if ((urls?.length ?? 0) > 1 && file !== undefined) {
      const hints = ['set `state_dir` instead: each source gets its own file']
      const message = 'one `snapshot_file` for several URLs'
      add(`${at}/snapshot_file`, { code: 'ERR_CONFIG_DUPLICATE_NAME', message, hints }, true)
    }
  })
}

function checkKeys(keys: KeySourceConfig, add: Add): void {
  const [first, second] = SOURCES.filter((source) => keys[source] !== undefined)
  if (second !== undefined) {
    const message = `\`${first}\` and \`${second}\` exclude each other`
    add(
      `/keys/${second}`,
      {
        code: 'ERR_CONFIG_EXACTLY_ONE',
        message,
        hints: ['keep one, or write a list of both: `keys: [{ … }, { … }]`'],
      },
      true,
    )
    return
  }
  const source = keySourceOf(keys)
  const useless = Object.entries(KEYS.shape).flatMap(([word, { beside }]) =>
    beside === undefined || beside.includes(source) ? [] : [word as keyof KeySourceConfig],
  )
  for (const option of useless.filter((option) => keys[option] !== undefined)) {
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
  const parts = keyPartsOf(issuer)
  const secret = parts.find(({ keys }) => isSymmetric(keys))
  const open = parts.find(({ keys }) => !isSymmetric(keys))
  if (secret !== undefined && open !== undefined) {
    const message = `one issuer mixes a shared secret and ${sourceForPeople(keySourceOf(open.keys))}`
    const place = parts.indexOf(open) > parts.indexOf(secret) ? open : secret
    add(place.at, { ...mixed('HS256', ''), message })
  } else if (hmac !== undefined && (publicKey !== undefined || open !== undefined)) {
    const other =
      publicKey === undefined ? sourceForPeople(keySourceOf(open?.keys ?? {})) : `\`${publicKey}\``
    add('/algorithms', withSymmetricHint(mixed(hmac, other), open?.keys))
  } else if (publicKey !== undefined && secret !== undefined) {
    add('/algorithms', mixed(publicKey, 'a shared secret'))
  }
  algorithms.forEach((name, i) => {
    if (supported.has(name)) return
    const message = `this runtime does not support ${name}`
    add(`/algorithms/${i}`, {
      code: 'ERR_CONFIG_ALGORITHM_UNSUPPORTED',
      message,
      hints: [`it supports ${[...supported].join(', ')}`],
    })
  })
}

const mixed = (algorithm: Algorithm, other: string): Problem => ({
  code: 'ERR_CONFIG_ALGORITHMS_MIXED',
  message: `one issuer mixes \`${algorithm}\` and ${other}`,
  hints: ['a public key must never be usable as an HMAC secret; split it into two issuers'],
})

/** A file of shared secrets has to be declared; other programs guess it from `kty`. */
const withSymmetricHint = (problem: Problem, keys: KeySourceConfig | undefined): Problem =>
  keys?.jwks_file === undefined
    ? problem
    : {
        ...problem,
        hints: [
          ...(problem.hints ?? []),
          'if the file holds shared secrets (`kty: oct`), add `allow_symmetric: true` to `jwks_file`',
        ],
      }

const sourceForPeople = (source: string): string =>
  source === 'discovery' ? 'public keys from discovery' : `public keys from \`${source}\``

function checkSecret(issuer: IssuerConfig, keys: KeySourceConfig, add: Add): void {
  const decoded = decodeSecret(keys.secret ?? '', keys.encoding ?? 'utf8')
  if (!decoded.ok) return add('/keys/secret', decoded.error)
  const algorithms = (issuer.algorithms ?? ['HS256']).filter((name) => isHmac(name))
  const needed = secretBytesNeeded(algorithms)
  const { length } = decoded.value
  if (length >= needed) return
  const waived = keys.allow_short_secret === true
  const largest = algorithms.find((name) => ALGORITHMS[name].hashBytes === needed)
  const message = `the secret has ${length} bytes, and ${largest} needs ${needed}`
  if (waived && length >= LEAST_SECRET_BYTES)
    return add('/keys/secret', { code: 'WARN_CONFIG_SECRET_SHORT', message })
  const hint = waived
    ? `\`allow_short_secret\` accepts secrets of ${LEAST_SECRET_BYTES} bytes or more`
    : `generate one with \`openssl rand -hex ${needed}\` (RFC 7518 §3.2)`
  add('/keys/secret', { code: 'ERR_CONFIG_SECRET_SHORT', message, hints: [hint] })
}

function checkRelaxations(issuer: IssuerConfig, add: Add): void {
  if (issuer.audience === null) {
    const hints = ['name the audience of your API']
    add('/audience', {
      code: 'WARN_CONFIG_AUDIENCE_ANY',
      message: 'tokens for any other service are accepted here',
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
      message: 'tokens with any `iss` are accepted',
    })
  if (issuer.allow_missing_exp === true) {
    add('/allow_missing_exp', {
      code: 'WARN_CONFIG_EXP_OPTIONAL',
      message: 'tokens without `exp` are accepted, and never expire',
    })
  }
  if (issuer.allow_sender_constrained === true) {
    const message = 'tokens bound to a key are accepted from anyone who has them'
    add('/allow_sender_constrained', { code: 'WARN_CONFIG_SENDER_CONSTRAINED', message })
  }
}
