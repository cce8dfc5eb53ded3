/**
 * Four real OpenID providers exchange their signing keys, 24 times in all, under one Warder and load through nginx.
 * What is right for each single request is in `key-life.ts`; a wrong answer of any of thousands fails the test.
 */
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { createKeyLife, type KeyLife } from '../support/live/key-life.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { startLoad, toAnswer, type Load, type Shot } from '../support/live/load.ts'
import { waitFor } from '../support/live/loopback.ts'
import { createSigningJwk, type SigningJwk } from '../support/live/provider-handler.ts'
import { startRotatingProvider, type RotatingProvider } from '../support/live/rotating-provider.ts'
import { issuerLine, SITE_AUDIENCE, startServedSite, type ServedSite } from '../support/live/served-site.ts'
import { stripSignature, tamperWith } from '../support/live/tampered-tokens.ts'

const ROTATIONS_EACH = 6
/** Of each key: two that are seen all the time, and two that are kept until the key was reported. */
const SEEN_TOKENS = 2
/** Keys of an issuer that the load uses, those that are gone included. */
const LIVES_IN_USE = 4

/** `refresh`: removals are noticed by themselves. Without it, only the unknown key ids of the load cause fetches. */
const ISSUERS = [
  { name: 'north', keys: 'refresh: 1s, cooldown: 1s', notices: true },
  { name: 'east', keys: 'refresh: 1s, cooldown: 30s', notices: true },
  { name: 'south', keys: 'refresh: 10m, cooldown: 1s', notices: false },
  { name: 'west', keys: 'refresh: 10m, cooldown: 1s', notices: false },
] as const

interface Key {
  readonly jwk: SigningJwk
  readonly life: KeyLife
  readonly tokens: readonly string[]
}

interface Party {
  readonly name: string
  readonly notices: boolean
  readonly provider: RotatingProvider
  /** Oldest first. */
  readonly keys: Key[]
  tampered: readonly string[]
}

liveSuite('signing keys rotate under load', ['nginx'], () => {
  const cleanup = createCleanup()
  const parties: Party[] = []
  const faults: string[] = []
  let tamperedCount = 0
  let site: ServedSite
  let load: Load
  let startedAtMs = 0

  const nextShot = createTurns(() => parties.flatMap(shotsOf))

  function shotsOf({ name, keys, tampered }: Party): readonly (() => Shot)[] {
    const good = keys
      .slice(-LIVES_IN_USE)
      .flatMap(({ life, tokens }) => tokens.slice(0, SEEN_TOKENS).map((token) => () => life.shot(token)))
    return [...good, ...tampered.map((token) => () => tamperedShot(name, token))]
  }

  const tamperedShot = (name: string, token: string): Shot => ({
    token,
    onAnswer({ status, reason }) {
      tamperedCount += 1
      if (status !== 401 || reason === '') faults.push(`${name}: tampered: ${status} ${reason}`)
    },
  })

  /** Publishes a new key, after which come the old ones that stay. */
  async function introduce(party: Party, stay: readonly Key[]): Promise<Key> {
    const jwk = createSigningJwk(`${party.name}-${party.keys.length + 1}`)
    for (const key of party.keys) if (!stay.includes(key)) key.life.remove()
    party.provider.publish(jwk, ...stay.map((key) => key.jwk))
    const life = createKeyLife(jwk.kid, party.provider.keyFetches)
    const tokens = await tokensOf(party.provider)
    const tampered = await tamperWith(
      tokens[0] ?? '',
      jwk.kid,
      party.keys.at(-1)?.jwk ?? createSigningJwk('x'),
    )
    const key = { jwk, life, tokens }
    party.keys.push(key)
    party.tampered = [...tampered, stripSignature(tokens[0] ?? '', jwk.kid)]
    await waitFor(`${jwk.kid} to be known`, () => life.isKnown() || undefined)
    return key
  }

  /** The tokens that were kept are asked for one by one, so that no cache has them. */
  async function askUnseen({ life, tokens }: Key, index: number): Promise<number> {
    const shot = life.shot(tokens[SEEN_TOKENS + index] ?? '')
    const answer = toAnswer(await site.ask(shot.token))
    shot.onAnswer(answer)
    return answer.status
  }

  async function rotateWithOverlap(party: Party, old: Key): Promise<void> {
    const next = await introduce(party, [old])
    expect(await askUnseen(old, 0)).toBe(200)
    old.life.remove()
    party.provider.publish(next.jwk)
    if (!party.notices) return
    await waitFor(`${old.life.kid} to be refused`, () => old.life.isRefused() || undefined)
    expect(await askUnseen(old, 1)).toBe(401)
  }

  async function rotateAtOnce(party: Party, old: Key): Promise<void> {
    const before = party.keys.filter((key) => !key.life.isRefused())
    await introduce(party, [])
    for (const { life } of before)
      await waitFor(`${life.kid} to be refused`, () => life.isRefused() || undefined)
    expect(await askUnseen(old, 1)).toBe(401)
  }

  beforeAll(async () => {
    for (const { name, notices } of ISSUERS) {
      const jwk = createSigningJwk(`${name}-1`)
      const provider = await startRotatingProvider(cleanup, jwk)
      const life = createKeyLife(jwk.kid, provider.keyFetches)
      const keys = [{ jwk, life, tokens: await tokensOf(provider) }]
      parties.push({ name, notices, provider, keys, tampered: [] })
    }
    const issuers = ISSUERS.map(({ name, keys }, index) =>
      issuerLine(name, parties[index]?.provider.issuer ?? '', keys),
    )
    startedAtMs = performance.now()
    site = await startServedSite(cleanup, { issuers })
    load = startLoad(site.port, nextShot)
  })
  afterAll(() => cleanup.run())

  it('24 times, half of them with overlap, and no answer is wrong', async () => {
    const rotateAll = async (party: Party): Promise<void> => {
      for (let turn = 0; turn < ROTATIONS_EACH; turn++) {
        const old = party.keys.at(-1) as Key
        await waitFor(`${old.life.kid} to be known`, () => old.life.isKnown() || undefined)
        await (turn % 2 === 0 ? rotateWithOverlap(party, old) : rotateAtOnce(party, old))
      }
    }
    try {
      await Promise.all(parties.map(rotateAll))
    } finally {
      await load.stop()
    }
    const lives = parties.flatMap((party) => party.keys.map((key) => key.life))
    expect(faults.concat(...lives.map((life) => life.faults))).toEqual([])
    expect(lives.length - parties.length).toBe(ISSUERS.length * ROTATIONS_EACH)
    // Every key was used, and every one but the last of each issuer was refused in the end.
    for (const life of lives) expect(life.counts.allowed, life.kid).toBeGreaterThan(0)
    expect(lives.filter((life) => life.isRefused())).toHaveLength(ISSUERS.length * ROTATIONS_EACH)
    expect(tamperedCount).toBeGreaterThan(ISSUERS.length * ROTATIONS_EACH)
    expect(load.answered()).toBeGreaterThan(tamperedCount)
  })

  it('and the providers are asked once for each refresh and each cooldown at most', () => {
    // A refresh comes after 0.9 s at the earliest; on a slow machine there is time for more of them.
    const periods = Math.ceil((performance.now() - startedAtMs) / 900) + 1
    for (const { name, provider } of parties)
      expect(provider.keyFetches(), name).toBeLessThanOrEqual(2 * periods)
  })

  it('and in the end every issuer is fresh, with one key in force', async () => {
    const { status, lines } = await site.readiness()
    expect(status).toBe(200)
    for (const { name } of ISSUERS) expect(lines.join('\n')).toContain(`[+] issuer ${name}: 1 key`)
  })
})

const tokensOf = (provider: RotatingProvider): Promise<readonly string[]> =>
  Promise.all(Array.from({ length: SEEN_TOKENS + 2 }, () => provider.token(SITE_AUDIENCE)))

/** Takes from a list that may change, each in its turn. */
function createTurns(list: () => readonly (() => Shot)[]): () => Shot {
  let turn = 0
  return () => {
    const shots = list()
    const shot = shots[turn++ % shots.length]
    if (shot === undefined) throw new Error('nothing to send')
    return shot()
  }
}
