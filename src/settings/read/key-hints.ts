/** Keys that people try because other programs have them, and where ours are. */

/** What the key is called here; only said where that key exists. */
const CALLED: Readonly<Record<string, string>> = {
  aud: 'audience',
  audiences: 'audience',
  iss: 'issuer',
  issuer_url: 'issuer',
  alg: 'algorithms',
  algs: 'algorithms',
  allowed_algorithms: 'algorithms',
  clock_skew: 'leeway',
  clock_tolerance: 'leeway',
  required_claims: 'require',
  jwks_uri: 'jwks_url',
  public_key: 'pem_file',
  hmac: 'secret',
  shared_secret: 'secret',
  headers: 'identity',
  scopes: 'scope',
  scope_claim: 'scope_claims',
  equal: 'equals',
  port: 'decisions',
}

/** Keys that exist one level further down. */
const BELOW: Readonly<Record<string, string>> = {
  jwks_url: 'keys',
  jwks_file: 'keys',
  jwks: 'keys',
  pem_file: 'keys',
  pem: 'keys',
  secret: 'keys',
  allow_http: 'keys',
  refresh: 'keys',
  path: 'match',
  host: 'match',
  method: 'match',
  decisions: 'listen',
  admin: 'listen',
  max_token_bytes: 'limits',
}

/** Said beside the carets; undefined when nothing is known about the key. */
export function hintForUnknownKey(key: string, knownHere: readonly string[]): string | undefined {
  const word = key.toLowerCase().replaceAll('-', '_')
  const called = Object.hasOwn(CALLED, word) ? CALLED[word] : undefined
  if (called !== undefined && knownHere.includes(called)) return `did you mean "${called}"?`
  const below = Object.hasOwn(BELOW, called ?? word) ? BELOW[called ?? word] : undefined
  if (below !== undefined && knownHere.includes(below)) return `belongs under "${below}"`
  return undefined
}
