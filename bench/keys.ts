/** The cost of many issuers, many keys and a refresh in progress for a decision: none, by budget. */
import { createDecide } from '../src/decision/decide.ts'
import type { Decide } from '../src/decision/decide.ts'
import { compileGuard } from '../src/decision/guard.ts'
import { compileIssuer, type Issuer } from '../src/jwt/issuer.ts'
import { createKeySource } from '../src/keys/sources/create-key-source.ts'
import { importJwks } from '../src/keys/import/import-jwks.ts'
import type { KeyDeps } from '../src/keys/key-deps.ts'
import type { SettingsOf } from '../src/settings/keys/key-source.ts'
import { createTestIssuer, type TestIssuer } from '../src/testing/test-issuer.ts'
import { measureHere } from './in-process.ts'
import { measureInterleaved, type Measure, type Median } from './rounds.ts'
import type { Suite } from './suite.ts'
import { cpuRow, type Row } from './row.ts'
import { AUDIENCE } from './tokens.ts'

const DISTINCT_TOKENS = 256
const RUN_MS = 200
/** Nearly the maximum of one set: a thousand keys are four such sets. */
const KEYS_PER_SET = 250

const KEYS: Omit<SettingsOf<'jwks_url'>, 'url'> = {
  kind: 'jwks_url',
  allowHttp: false,
  timeoutMs: 5_000,
  maxBytes: 1024 ** 2,
  refreshMs: 600_000,
  minRefreshMs: 60_000,
  maxRefreshMs: 3_600_000,
  maxStaleMs: 86_400_000,
  cooldownMs: 30_000,
  firstFetchWaitMs: 1_000,
  startup: 'serve',
}

export const keysSuite: Suite = {
  name: 'keys',
  about: 'the CPU of a decision with many issuers, many keys, and a refresh in progress',
  async run() {
    return [...(await compare('warm token', 100_000)), ...(await compare('first sight', 0)), importRow()]
  },
}

/** A compiled configuration, and a source whose timer can be fired. */
interface Scene {
  readonly decide: Decide
  readonly tokens: readonly string[]
  /** Starts a refresh that never ends. */
  readonly startRefresh: () => void
}

/** @param maxTokens Size of the verified-token cache; 0 verifies each signature. */
async function compare(what: string, maxTokens: number): Promise<readonly Row[]> {
  const one = await createScene(1, 1, maxTokens)
  const refreshing = await createScene(1, 1, maxTokens)
  refreshing.startRefresh()
  const cost = await measureInterleaved(
    {
      one: measure(one),
      issuers: measure(await createScene(1_000, 1, maxTokens)),
      keys: measure(await createScene(4, KEYS_PER_SET, maxTokens)),
      refreshing: measure(refreshing),
      attacked: measure(withUnknownKids(await createScene(1, 1, maxTokens)), 'deny'),
    },
    { rounds: 5, warmUps: 3 },
  )
  const against = (name: string, sample: Median, atMost?: number): Row =>
    cpuRow(`keys, ${what}, ${name} / one`, sample, cost.one, atMost)
  return [
    against('1,000 issuers', cost.issuers, 1.5),
    against('1,000 keys', cost.keys, 1.5),
    against('during a refresh', cost.refreshing, 1.2),
    ...(maxTokens === 0 ? [against('a denied unknown kid', cost.attacked, 1)] : []),
  ]
}

async function createScene(issuerCount: number, keyCount: number, maxTokens: number): Promise<Scene> {
  const pending: (() => void)[] = []
  const testIssuers = Array.from({ length: issuerCount }, (_, i) =>
    createTestIssuer(`https://idp-${i}.bench.example`),
  )
  const issuers = testIssuers.map((issuer) => compile(issuer, keyCount, pending))
  await Promise.all(issuers.map(({ keys }) => keys.started))
  const guard = compileGuard({
    issuers,
    policies: [],
    routes: [],
    tokenSources: [{ kind: 'header', name: 'authorization', scheme: 'Bearer' }],
    maxTokenBytes: 8192,
    cache: { tokens: maxTokens, bytes: maxTokens * 1_000 },
    realm: 'bench',
  })
  const now = Date.now() / 1_000
  const tokens = Array.from({ length: DISTINCT_TOKENS }, (_, i) =>
    (testIssuers[i % issuerCount] ?? createTestIssuer('none')).mint({ aud: AUDIENCE, sub: `user-${i}` }, now),
  )
  return {
    decide: createDecide(guard, { nowMs: Date.now, newId: () => 'bench' }),
    tokens,
    startRefresh: () => pending.forEach((fire) => fire()),
  }
}

function compile(issuer: TestIssuer, keyCount: number, pending: (() => void)[]): Issuer {
  const others = Array.from({ length: keyCount - 1 }, (_, i) => createKey(`other-${i}`))
  const body = JSON.stringify({ keys: [...others, ...issuer.jwks().keys] })
  let fetches = 0
  const deps: KeyDeps = {
    nowMs: Date.now,
    // Only the first answer arrives.
    fetch: () => ((fetches += 1) === 1 ? Promise.resolve(new Response(body)) : new Promise(() => undefined)),
    readFileSync: () => new Uint8Array(),
    setTimer: (fn, ms) => {
      if (ms > KEYS.timeoutMs) pending.push(fn)
      return () => undefined
    },
    random: () => 0.5,
  }
  const settings = { ...KEYS, url: `${issuer.issuer}/jwks` }
  return compileIssuer(
    {
      name: issuer.issuer.slice(8, 20),
      issuer: issuer.issuer,
      audience: [AUDIENCE],
      algorithms: ['ES256'],
      keys: settings,
      leewaySeconds: 30,
      require: [],
      allowMissingExp: false,
      requireKid: false,
      allowSenderConstrained: false,
    },
    createKeySource(settings, ['ES256'], deps),
  )
}

function ask(decide: Decide, token: string): 'allow' | 'deny' | 'pending' {
  const authorization = `Bearer ${token}`
  const headers = { get: (name: string): string | null => (name === 'authorization' ? authorization : null) }
  const target = { method: 'GET', scheme: 'https', host: 'api.bench.example', path: '/', query: '' } as const
  const decision = decide({ request: { ...target, headers }, policy: undefined })
  return decision instanceof Promise ? 'pending' : decision.outcome
}

/** Tokens of this scene with unknown kids. */
function withUnknownKids({ decide, tokens, startRefresh }: Scene): Scene {
  const forged = tokens.map((token, i) => {
    const header = JSON.stringify({ alg: 'ES256', typ: 'JWT', kid: `attack-${i}` })
    return Buffer.from(header).toString('base64url') + token.slice(token.indexOf('.'))
  })
  return { decide, tokens: forged, startRefresh }
}

/** Cycles through the tokens. */
const measure =
  ({ decide, tokens }: Scene, expected: 'allow' | 'deny' = 'allow'): Measure =>
  () =>
    measureHere(RUN_MS, () => {
      for (const token of tokens) {
        const outcome = ask(decide, token)
        // Requests during the one fetch wait for it.
        if (outcome !== expected && outcome !== 'pending') throw new Error(`not ${expected}: ${outcome}`)
      }
      return tokens.length
    })

/** How long importing the largest set blocks every decision. */
function importRow(): Row {
  const keys = Array.from({ length: KEYS_PER_SET }, (_, i) => createKey(`k-${i}`))
  const bytes = Buffer.from(JSON.stringify({ keys }))
  const times = Array.from({ length: 9 }, () => {
    const startedAt = performance.now()
    if (!importJwks(bytes, { algorithms: ['ES256'] }).ok) throw new Error('the set is good')
    return performance.now() - startedAt
  }).toSorted((a, b) => a - b)
  return {
    what: `keys, import of a set of ${KEYS_PER_SET}`,
    measured: times[4] ?? Number.NaN,
    unit: 'ms',
    detail: `${(((times[4] ?? 0) * 1_000) / KEYS_PER_SET).toFixed(0)} µs for each key`,
  }
}

const createKey = (kid: string): Readonly<Record<string, unknown>> => ({
  ...createTestIssuer('bench').jwks().keys[0],
  kid,
})
