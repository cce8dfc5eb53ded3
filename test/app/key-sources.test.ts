/** What becomes of tokens where one issuer has several keys in several places. */
import { describe, expect, it } from 'bun:test'
import { createSecretKey, generateKeyPairSync } from 'node:crypto'
import type { Instance } from '../../src/app/build-instance.ts'
import { createAuthorizer } from '../../src/app/create-authorizer.ts'
import { systemKeyDeps } from '../../src/app/system.ts'
import { loadInstanceText } from '../../src/app/load-instance.ts'
import { reportHealth } from '../../src/admin/health.ts'
import { reportKeys } from '../../src/admin/keys-report.ts'
import type { Fetch } from '../../src/keys/key-deps.ts'
import { signToken } from '../../src/testing/sign-token.ts'
import { detailOf } from '../support/denials.ts'
import { createTestIssuer } from '../../src/testing/test-issuer.ts'

const ISSUER = 'https://idp.example'
const [blue, green, stranger] = [createTestIssuer(ISSUER), createTestIssuer(ISSUER), createTestIssuer(ISSUER)]
const TWO = `[{ jwks_url: "${ISSUER}/blue" }, { jwks_url: "${ISSUER}/green" }]`
const publicKey = generateKeyPairSync('ed25519')
  .publicKey.export({ format: 'der', type: 'spki' })
  .toString('base64')
const now = (): number => Date.now() / 1_000

const configOf = (keys: string): string =>
  `version: 1\nissuers: [{ name: main, issuer: "${ISSUER}", audience: api, keys: ${keys} }]\n`

/** Answers at the paths that are up, with the keys of that issuer. */
const fetchOf =
  (...up: readonly string[]): Fetch =>
  (url) => {
    const name = url.slice(url.lastIndexOf('/') + 1)
    if (!up.includes(name)) return Promise.reject(new Error('down'))
    return Promise.resolve(Response.json((name === 'blue' ? blue : green).jwks()))
  }

async function reasonsOf(text: string, fetch: Fetch, tokens: readonly string[]): Promise<readonly string[]> {
  const authorizer = await createAuthorizer({ text, deps: { fetch } })
  try {
    await authorizer.started
    const reasons: string[] = []
    for (const token of tokens) {
      const headers = new Headers({ authorization: `Bearer ${token}` })
      reasons.push((await authorizer.decide({ method: 'GET', url: 'https://api.example/', headers })).reason)
    }
    return reasons
  } finally {
    authorizer.close()
  }
}

const claims = { aud: 'api', sub: 'alice' }

describe('one issuer with two key sources', () => {
  const mint = (issuer: typeof blue): string => issuer.mint(claims, now())
  const cases: readonly (readonly [up: readonly string[], reasons: readonly string[]])[] = [
    [
      ['blue', 'green'],
      ['ok', 'ok', 'signature_invalid'],
    ],
    [[], ['keys_unavailable', 'keys_unavailable', 'keys_unavailable']],
  ]
  for (const [up, reasons] of cases) {
    it(`judges tokens of both and of a stranger as ${reasons.join(', ')} with ${up.join(' and ') || 'none'} up`, async () =>
      expect(
        await reasonsOf(configOf(TWO), fetchOf(...up), [mint(blue), mint(green), mint(stranger)]),
      ).toEqual(reasons))
  }

  it('answers 503 to tokens that only the source that is down could verify, by their kid', async () => {
    green.rotate(false)
    // The kid of green is `test-2` now, which blue does not have.
    const tokens = [mint(blue), mint(green)]
    expect(await reasonsOf(configOf(TWO), fetchOf('blue'), tokens)).toEqual(['ok', 'keys_unavailable'])
    expect(await reasonsOf(configOf(TWO), fetchOf('green'), tokens)).toEqual(['keys_unavailable', 'ok'])
    expect(await reasonsOf(configOf(TWO), fetchOf('blue', 'green'), tokens)).toEqual(['ok', 'ok'])
  })

  it('reports the source that is down when the key of the other has the same kid', async () => {
    const [one, two] = [createTestIssuer(ISSUER), createTestIssuer(ISSUER)]
    const fetch: Fetch = (url) =>
      url.endsWith('blue') ? Promise.resolve(Response.json(one.jwks())) : Promise.reject(new Error('down'))
    const authorizer = await createAuthorizer({ text: configOf(TWO), deps: { fetch } })
    await authorizer.started
    const headers = new Headers({ authorization: `Bearer ${mint(two)}` })
    const decision = await authorizer.decide({ method: 'GET', url: 'https://api.example/', headers })
    expect(decision).toMatchObject({ reason: 'signature_invalid', denial: { isKidElsewhere: true } })
    expect(detailOf(decision)).toContain('key source')
    authorizer.close()
  })

  it('shows each of them in health and in the list of keys, and is ready with one', async () => {
    const deps = { ...systemKeyDeps, fetch: fetchOf('blue') }
    const loaded = await loadInstanceText(
      configOf(`{ jwks_url: ["${ISSUER}/blue", "${ISSUER}/green"] }`),
      'w.yaml',
      deps,
    )
    if (!loaded.ok) throw new Error(loaded.error.diagnostics[0]?.message)
    const { guard, started, close } = loaded.value
    await started
    const state = { configDigest: 'x', listeners: [], isDraining: false, nowMs: Date.now() }
    const { isReady, lines } = reportHealth({ ...state, issuers: guard.issuers })
    expect(isReady).toBe(true)
    expect(
      lines.filter((line) => line.includes('issuer main')).map((line) => line.split(',').slice(0, 2).join()),
    ).toEqual([
      `[+] issuer main, jwks_url ${ISSUER}/blue: 1 key`,
      `[~] issuer main, jwks_url ${ISSUER}/green: 0 keys`,
    ])
    expect(reportKeys(guard.issuers).map(({ name, state: is, keys }) => [name, is, keys.length])).toEqual([
      ['main', 'fresh', 1],
      ['main', 'empty', 0],
    ])
    close()
  })

  it('keeps its sources over a reload, one by one', async () => {
    const fetched: string[] = []
    const deps = {
      ...systemKeyDeps,
      fetch: ((url, init) => {
        fetched.push(url)
        return fetchOf('blue', 'green')(url, init)
      }) satisfies Fetch,
    }
    const load = async (keys: string, previous?: Instance): Promise<Instance> => {
      const loaded = await loadInstanceText(configOf(keys), 'w.yaml', { ...deps, previous })
      if (!loaded.ok) throw new Error(loaded.error.diagnostics[0]?.message)
      await loaded.value.started
      return loaded.value
    }
    const first = await load(`{ jwks_url: "${ISSUER}/blue" }`)
    const second = await load(TWO, first)
    first.close(second)
    expect(fetched).toEqual([`${ISSUER}/blue`, `${ISSUER}/green`])
    expect(second.guard.issuers[0]?.keys.status().keys.length).toBe(2)
    second.close()
  })
})

describe('the rotation of a shared secret', () => {
  const [old, fresh] = ['o'.repeat(32), 'n'.repeat(32)]
  const mint = (secret: string, kid?: string): string =>
    signToken(
      { ...claims, iss: ISSUER, iat: Math.floor(now()), exp: Math.floor(now()) + 60 },
      { algorithm: 'HS256', kid, privateKey: createSecretKey(Buffer.from(secret)) },
    )
  const tokens = [mint(old), mint(fresh), mint(old, 'old'), mint(fresh, 'new'), mint('x'.repeat(32), 'new')]
  const denied = 'signature_invalid'
  const cases: readonly (readonly [keys: string, reasons: readonly string[]])[] = [
    [`{ secret: [${fresh}, ${old}] }`, ['ok', 'ok', 'ok', 'ok', denied]],
    [`[{ secret: ${fresh} }, { secret: ${old} }]`, ['ok', 'ok', 'ok', 'ok', denied]],
    [`{ secret: [{ value: ${fresh}, kid: new }, ${old}] }`, ['ok', 'ok', 'ok', 'ok', denied]],
    [
      `{ secret: [{ value: ${fresh}, kid: new }, { value: ${old}, kid: older }] }`,
      ['ok', 'ok', 'kid_unknown', 'ok', denied],
    ],
    [`{ secret: ${fresh} }`, [denied, 'ok', denied, 'ok', denied]],
  ]
  for (const [keys, reasons] of cases) {
    it(`is ${reasons.join(', ')} with ${keys}`, async () =>
      expect(await reasonsOf(configOf(keys), fetchOf(), tokens)).toEqual(reasons))
  }
})

describe('an issuer whose keys no token could choose among', () => {
  it('is refused where its keys are written', async () => {
    const secrets = Array.from({ length: 5 }, (_, i) => `s${i}`.repeat(16))
    const loaded = await loadInstanceText(
      configOf(`{ secret: [${secrets.join(', ')}] }`),
      'w.yaml',
      systemKeyDeps,
    )
    if (loaded.ok) throw new Error('accepted')
    expect(loaded.error.diagnostics).toMatchObject([{ code: 'ERR_KEYS_CROWDED', position: { line: 2 } }])
  })

  it('names the one of several sources that is wrong', async () => {
    const text = [
      'version: 1',
      `issuers: [{ name: main, issuer: "${ISSUER}", audience: api, keys: [`,
      ` { secret: ${'a'.repeat(32)} },`,
      ` { secret: [${'b'.repeat(32)},`,
      ` "${publicKey}"] }]}]`,
    ].join('\n')
    const loaded = await loadInstanceText(text, 'w.yaml', systemKeyDeps)
    if (loaded.ok) throw new Error('accepted')
    expect(loaded.error.diagnostics).toMatchObject([
      { code: 'ERR_KEYS_SECRET_PUBLIC', position: { line: 4 } },
    ])
  })

  it('reports every one of several sources that is wrong, at its own line', async () => {
    const text = [
      'version: 1',
      `issuers: [{ name: main, issuer: "${ISSUER}", audience: api, keys: [`,
      ' { pem_file: /nowhere/one.pem },',
      ` { jwks_url: "${ISSUER}/blue" },`,
      ' { pem_file: /nowhere/two.pem }]}]',
    ].join('\n')
    const loaded = await loadInstanceText(text, 'w.yaml', systemKeyDeps)
    if (loaded.ok) throw new Error('accepted')
    expect(loaded.error.diagnostics).toMatchObject([
      { code: 'ERR_KEYS_FILE_UNREADABLE', position: { line: 3 } },
      { code: 'ERR_KEYS_FILE_UNREADABLE', position: { line: 5 } },
    ])
  })
})
