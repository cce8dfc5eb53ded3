/**
 * Warder as a verifier of single tokens, for bench/verify.ts: the service's own `decide` without its cache, so that
 * every token is new. It does more than the others: strict JSON, rules, headers.
 */
import { createDecide } from '../src/decision/decide.ts'
import { compileGuard } from '../src/decision/guard.ts'
import { compileIssuer } from '../src/jwt/issuer.ts'
import type { IssuerSettings } from '../src/settings/issuer/definition.ts'
import { createKeySource } from '../src/keys/sources/create-key-source.ts'
import type { KeyDeps } from '../src/keys/key-deps.ts'
import type { OneKeySource } from '../src/settings/keys/key-source.ts'
import { AUDIENCE, ISSUER, type Minter } from './tokens.ts'
import type { TokenVerifier } from './verifiers.ts'

export function createWarderVerifier(minter: Minter): TokenVerifier {
  const settings = issuerSettings(minter)
  const keys = createKeySource(keySettings(minter), settings.algorithms, keyDeps(minter))
  const guard = compileGuard({
    issuers: [compileIssuer(settings, keys)],
    policies: [],
    routes: [],
    tokenSources: [{ kind: 'header', name: 'authorization', scheme: 'Bearer' }],
    maxTokenBytes: 8192,
    cache: { tokens: 0, bytes: 0 },
    realm: 'bench',
  })
  const decide = createDecide(guard, { nowMs: Date.now, newId: () => 'bench' })
  return (token) => {
    const headers = new Map([['authorization', `Bearer ${token}`]])
    const reader = { get: (name: string): string | null => headers.get(name) ?? null }
    const request = {
      method: 'GET',
      scheme: 'https',
      host: 'api.bench.example',
      path: '/',
      query: '',
    } as const
    const decision = decide({ request: { ...request, headers: reader }, policy: undefined })
    if (decision instanceof Promise || decision.outcome !== 'allow')
      throw new Error('a valid token was denied')
  }
}

const keySettings = ({ publicKey, verifyWith }: Minter): OneKeySource =>
  publicKey === undefined
    ? { kind: 'secret', secret: new TextEncoder().encode(verifyWith), allowShortSecret: false }
    : { kind: 'pem_file', files: ['key.pem'] }

function issuerSettings(minter: Minter): IssuerSettings {
  return {
    name: 'bench',
    issuer: ISSUER,
    audience: [AUDIENCE],
    algorithms: [minter.algorithm],
    keys: keySettings(minter),
    leewaySeconds: 30,
    require: [],
    allowMissingExp: false,
    requireKid: false,
    allowSenderConstrained: false,
  }
}

/** The key file has the minter's key; no other file is read. */
function keyDeps({ verifyWith }: Minter): KeyDeps {
  return {
    nowMs: Date.now,
    fetch: () => Promise.reject(new Error('no network here')),
    readFileSync: () => new TextEncoder().encode(verifyWith),
    setTimer: () => () => {},
    random: () => 0.5,
  }
}
