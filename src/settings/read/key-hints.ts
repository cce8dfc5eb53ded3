/** Keys that people try because other programs have them, and where ours are. */
import { ROOT } from '../definition.ts'
import { withoutList, type Kind } from '../kinds/kind.ts'

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

/** By word of a map: the words that exist in the maps below it. */
const BELOW = new Map<string, Set<string>>()

function collect({ shape = {} }: Kind): void {
  for (const [word, { kind }] of Object.entries(shape)) {
    const map = withoutList(kind)
    const words = BELOW.get(word) ?? new Set()
    for (const below of Object.keys(map.shape ?? {})) words.add(below)
    BELOW.set(word, words)
    collect(map)
  }
}
collect(ROOT)

/** Said beside the carets; undefined when nothing is known about the key. */
export function hintForUnknownKey(key: string, knownHere: readonly string[]): string | undefined {
  const word = key.toLowerCase().replaceAll('-', '_')
  const called = Object.hasOwn(CALLED, word) ? CALLED[word] : undefined
  if (called !== undefined && knownHere.includes(called)) return `did you mean "${called}"?`
  const above = knownHere.find((known) => BELOW.get(known)?.has(called ?? word) === true)
  return above === undefined ? undefined : `belongs under "${above}"`
}
