/** What the schema cannot say about one issuer: algorithms, secrets and URLs that do not go together. */
import { ALGORITHMS, isHmac, LEAST_SECRET_BYTES, type Algorithm } from '../../syntax/algorithms.ts'
import { checkClaimRules } from '../claim-rule/check.ts'
import { checkKeySource, checkRefresh, checkWords } from '../keys/check.ts'
import type { KeySourceConfig } from '../keys/definition.ts'
import { keyPartsOf, isSymmetric, keySourceOf, MAX_KEY_SOURCES, type KeyPart } from '../keys/parts.ts'
import { problemAt, problemAtKey, type Located, type LocatedProblem } from '../problem.ts'
import { decodeSecret } from '../values/decode-secret.ts'
import { checkAliases, checkWildcards } from './check-name.ts'
import type { IssuerConfig } from './definition.ts'
import { PRESET_INPUTS } from './presets.ts'
import { checkTenants, expandTenants } from './tenants.ts'

/** Least length of a secret that is used with all of these, in bytes (RFC 7518 §3.2). */
export const secretBytesNeeded = (algorithms: readonly Algorithm[]): number =>
  Math.max(0, ...algorithms.filter((name) => isHmac(name)).map((name) => ALGORITHMS[name].hashBytes))

/** @param supported The algorithms that the runtime has. */
export const checkIssuer = (
  { pointer, value: issuer }: Located<IssuerConfig>,
  supported: ReadonlySet<Algorithm>,
): readonly LocatedProblem[] =>
  [
    ...checkPresetInputs(issuer),
    ...checkAlgorithms(issuer, supported),
    ...checkTenants(issuer),
    ...checkWildcards(issuer),
    ...checkParts(issuer),
    ...checkSharedPlaces(issuer),
    ...checkAliases(issuer),
    ...checkClaimRules('/claims', issuer.claims),
    ...checkRelaxations(issuer),
  ].map((found) => ({ ...found, pointer: `${pointer}${found.pointer}` }))

/** Those of a preset are gone by now. */
const checkPresetInputs = (issuer: IssuerConfig): readonly LocatedProblem[] =>
  [...PRESET_INPUTS]
    .filter((key) => issuer[key as keyof IssuerConfig] !== undefined)
    .map((key) => problemAtKey(`/${key}`, 'ERR_CONFIG_USELESS_KEY', `\`${key}\` is an input of presets`))

function checkParts(issuer: IssuerConfig): readonly LocatedProblem[] {
  // All issuers of a template have one shape: what is wrong with one is wrong with each.
  const [first = issuer] = expandTenants(issuer)
  const parts = keyPartsOf(first)
  const message = `${parts.length} key sources for one issuer; at most ${MAX_KEY_SOURCES} are allowed`
  const found = parts.length > MAX_KEY_SOURCES ? [problemAt('/keys', 'ERR_CONFIG_RANGE', message)] : []
  // Sources of one map share its options, and their mistakes.
  const once = new Map<string, LocatedProblem>()
  for (const part of parts) {
    const { keys } = part
    const problems = [
      ...checkWords(keys),
      ...checkRefresh(keys),
      ...(keys.secret === undefined ? [] : checkSecret(issuer, keys.secret, keys)),
      ...checkKeySource(first.issuer, keys),
    ]
    for (const one of problems) {
      const pointer = placeIn(part, one.pointer)
      const id = JSON.stringify([pointer, one.problem.code, one.problem.message])
      if (!once.has(id)) once.set(id, { ...one, pointer })
    }
  }
  return [...found, ...once.values()]
}

/** What is said of `/keys/…` is at the place of the source, and of the item of its list. */
function placeIn({ at, items }: KeyPart, pointer: string): string {
  if (!pointer.startsWith('/keys/')) return pointer
  const name = pointer.slice('/keys/'.length)
  const own = name === 'jwks_url' || name === 'secret' ? items[name] : undefined
  return own ?? `${at}/${name}`
}

/** Options that one of several sources alone can have. */
function checkSharedPlaces({ keys }: IssuerConfig): readonly LocatedProblem[] {
  const entries = keys === undefined ? [] : 'map' in keys ? keys : [keys]
  return entries.flatMap(({ secret, kid, jwks_url: urls, snapshot_file: file }, i) => {
    const at = keys !== undefined && 'map' in keys ? `/keys/${i}` : '/keys'
    const found: LocatedProblem[] = []
    if ((secret?.length ?? 0) > 1 && kid !== undefined) {
      const hint = 'give each its own: `secret: [{ value: …, kid: … }, …]`'
      found.push(problemAtKey(`${at}/kid`, 'ERR_CONFIG_USELESS_KEY', 'one `kid` for several secrets', hint))
    }
    if ((urls?.length ?? 0) > 1 && file !== undefined) {
      const hint = 'set `state_dir` instead: each source gets its own file'
      const message = 'one `snapshot_file` for several URLs'
      found.push(problemAtKey(`${at}/snapshot_file`, 'ERR_CONFIG_DUPLICATE_NAME', message, hint))
    }
    return found
  })
}

function checkAlgorithms(issuer: IssuerConfig, supported: ReadonlySet<Algorithm>): readonly LocatedProblem[] {
  const unsupported = (issuer.algorithms ?? []).flatMap((name, i) => {
    if (supported.has(name)) return []
    const message = `this runtime does not support ${name}`
    const hint = `it supports ${[...supported].join(', ')}`
    return [problemAt(`/algorithms/${i}`, 'ERR_CONFIG_ALGORITHM_UNSUPPORTED', message, hint)]
  })
  return [...checkMixture(issuer), ...unsupported]
}

/** A public key must never be usable as an HMAC secret. */
function checkMixture(issuer: IssuerConfig): readonly LocatedProblem[] {
  const algorithms = issuer.algorithms ?? []
  const hmac = algorithms.find((name) => isHmac(name))
  const publicKey = algorithms.find((name) => !isHmac(name))
  const parts = keyPartsOf(issuer)
  const secret = parts.find(({ keys }) => isSymmetric(keys))
  const open = parts.find(({ keys }) => !isSymmetric(keys))
  if (secret !== undefined && open !== undefined) {
    const place = parts.indexOf(open) > parts.indexOf(secret) ? open : secret
    return [mixed(place.at, 'a shared secret', sourceForPeople(open.keys))]
  }
  if (hmac !== undefined && (publicKey !== undefined || open !== undefined)) {
    const other = publicKey === undefined ? sourceForPeople(open?.keys ?? {}) : `\`${publicKey}\``
    // A file of shared secrets has to be declared; other programs guess it from `kty`.
    const hint = 'if the file holds shared secrets (`kty: oct`), add `allow_symmetric: true` to `jwks_file`'
    const hints = open?.keys.jwks_file === undefined ? [] : [hint]
    return [mixed('/algorithms', `\`${hmac}\``, other, ...hints)]
  }
  if (publicKey === undefined || secret === undefined) return []
  return [mixed('/algorithms', `\`${publicKey}\``, 'a shared secret')]
}

function mixed(at: string, one: string, other: string, ...hints: string[]): LocatedProblem {
  const message = `one issuer mixes ${one} and ${other}`
  const hint = 'a public key must never be usable as an HMAC secret; split it into two issuers'
  return problemAt(at, 'ERR_CONFIG_ALGORITHMS_MIXED', message, hint, ...hints)
}

function sourceForPeople(keys: KeySourceConfig): string {
  const source = keySourceOf(keys)
  return source === 'discovery' ? 'public keys from discovery' : `public keys from \`${source}\``
}

function checkSecret(
  issuer: IssuerConfig,
  secret: string,
  { encoding = 'utf8', allow_short_secret: waived }: KeySourceConfig,
): readonly LocatedProblem[] {
  const at = '/keys/secret'
  const decoded = decodeSecret(secret, encoding)
  if (!decoded.ok) return [{ pointer: at, problem: decoded.error }]
  const algorithms = (issuer.algorithms ?? ['HS256']).filter((name) => isHmac(name))
  const needed = secretBytesNeeded(algorithms)
  const { length } = decoded.value
  if (length >= needed) return []
  const largest = algorithms.find((name) => ALGORITHMS[name].hashBytes === needed)
  const message = `the secret has ${length} bytes, and ${largest} needs ${needed}`
  if (waived === true && length >= LEAST_SECRET_BYTES)
    return [problemAt(at, 'WARN_CONFIG_SECRET_SHORT', message)]
  const hint =
    waived === true
      ? `\`allow_short_secret\` accepts secrets of ${LEAST_SECRET_BYTES} bytes or more`
      : `generate one with \`openssl rand -hex ${needed}\` (RFC 7518 §3.2)`
  return [problemAt(at, 'ERR_CONFIG_SECRET_SHORT', message, hint)]
}

function checkRelaxations(issuer: IssuerConfig): readonly LocatedProblem[] {
  const found: LocatedProblem[] = []
  if (issuer.audience === null) {
    const message = 'tokens for any other service are accepted here'
    found.push(problemAt('/audience', 'WARN_CONFIG_AUDIENCE_ANY', message, 'name the audience of your API'))
  }
  issuer.audience?.forEach((audience, i) => {
    if (audience !== 'account') return
    const message = 'every token of a Keycloak realm has the audience "account"'
    const hint = 'in Keycloak, add an audience mapper to the client scope, and name that audience here'
    found.push(problemAt(`/audience/${i}`, 'WARN_CONFIG_AUDIENCE_ACCOUNT', message, hint))
  })
  if (issuer.issuer === null)
    found.push(problemAt('/issuer', 'WARN_CONFIG_ISSUER_ANY', 'tokens with any `iss` are accepted'))
  if (issuer.allow_missing_exp === true) {
    const message = 'tokens without `exp` are accepted, and never expire'
    found.push(problemAt('/allow_missing_exp', 'WARN_CONFIG_EXP_OPTIONAL', message))
  }
  if (issuer.allow_sender_constrained === true) {
    const message = 'tokens bound to a key are accepted from anyone who has them'
    found.push(problemAt('/allow_sender_constrained', 'WARN_CONFIG_SENDER_CONSTRAINED', message))
  }
  return found
}
