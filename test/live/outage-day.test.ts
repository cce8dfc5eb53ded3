/**
 * The day of an operator, as docs/outages.md tells it: each trouble is seen by Prometheus, alerts, is found in the log by
 * the client, and is explained by the id of a decision. The alerts are those of monitoring/, with shorter times.
 */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { startConsoleBrowser, type ConsoleBrowser } from '../support/live/console/console-browser.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { waitFor } from '../support/live/loopback.ts'
import { startWatchedSite, type Line, type WatchedSite } from '../support/live/watched-site.ts'

/** Goes on sending until something is seen: a rate needs requests before and after a scrape. */
async function whileSending<T>(send: () => Promise<unknown>, seen: Promise<T>): Promise<T> {
  const state = { isSeen: false }
  const settled = seen.finally(() => (state.isSeen = true))
  while (!state.isSeen) await send()
  return settled
}

/** So many requests, one after the other. */
async function repeat<T>(times: number, act: () => Promise<T>): Promise<readonly T[]> {
  const results: T[] = []
  for (let i = 0; i < times; i++) results.push(await act())
  return results
}

/** The same token with another `kid`, which no key has. */
function withKid(token: string, kid: string): string {
  const [header = '', ...rest] = token.split('.')
  const named = { ...(JSON.parse(Buffer.from(header, 'base64url').toString()) as object), kid }
  return [Buffer.from(JSON.stringify(named)).toString('base64url'), ...rest].join('.')
}

/** With `UPDATE_SCREENSHOTS=1`, the pictures of docs/outages.md are written. */
const IMAGES = join(import.meta.dir, '../../docs/images')
const IS_PICTURED = process.env['UPDATE_SCREENSHOTS'] !== undefined

liveSuite('a day with outages', ['nginx', 'prometheus', 'chromium'], () => {
  const cleanup = createCleanup()
  let site: WatchedSite
  let browser: ConsoleBrowser
  beforeAll(async () => {
    site = await startWatchedSite(cleanup)
    browser = await startConsoleBrowser(cleanup)
  })
  afterAll(() => cleanup.run())

  /** Looks at a view of the console until it shows a text. */
  const see = async (view: string, text: string, picture: string): Promise<void> => {
    const { page, faults } = await browser.open(`${site.admin}/#/${view}`, {
      viewport: { width: 1_000, height: 640 },
    })
    await page.getByText(text).first().waitFor({ timeout: 30_000 })
    if (IS_PICTURED)
      await page.screenshot({ path: join(IMAGES, `outage-${picture}.png`), animations: 'disabled' })
    expect(faults).toEqual([])
    await page.context().close()
  }
  /** The denials of a client in the log. */
  const denialsOf = (client: string): readonly Line[] =>
    site.lines().filter((line) => line['event'] === 'decision' && line['client'] === client)
  /** The rate that the dashboard shows. */
  const denied = (reason: string): Promise<number | undefined> =>
    site.query(`sum(rate(warder_decisions_total{outcome="deny", reason="${reason}"}[15s]))`)

  it('begins with allowed requests', async () => {
    const token = await site.token()
    const answers = [
      await site.send('nginx', token, '127.0.0.4'),
      await site.send('gateway', token, '127.0.0.4'),
    ]
    expect(answers.map(([status]) => status)).toEqual([200, 200])
    await waitFor(
      'the decisions',
      async () => (await site.query('sum(warder_decisions_total)')) === 2 || undefined,
    )
  })

  it('has a client with tokens for another audience', async () => {
    const token = await site.token('https://billing.example.com/')
    const answers: (readonly [number, string])[] = []
    await whileSending(
      async () => answers.push(await site.send('nginx', token, '127.0.0.5')),
      site.firing('WarderDenialSurge', { reason: 'audience_mismatch' }),
    )
    expect(new Set(answers.map(([status]) => status))).toEqual(new Set([401]))
    expect(await denied('audience_mismatch')).toBeGreaterThan(1)
    const [line] = denialsOf('127.0.0.5')
    expect(line).toMatchObject({ reason: 'audience_mismatch', route: 'orders', issuer: 'main', via: 'nginx' })
    const explained = await site.warder('explain', String(line?.['id']))
    expect(explained).toContain('audience_mismatch')
    expect(explained).toContain('https://billing.example.com/')
    expect(explained).toContain('127.0.0.5')
    await see(`decisions/${String(line?.['id'])}`, 'https://billing.example.com/', 'audience')
    // The id that the client has seen, as well.
    expect(await site.warder('explain', answers[0]?.[1] ?? '')).toContain('audience_mismatch')
  })

  it('has somebody who floods unknown kids', async () => {
    const token = await site.token()
    await whileSending(
      () => site.send('gateway', withKid(token, `guess-${Math.random()}`), '127.0.0.6'),
      site.firing('WarderUnknownKid'),
    )
    const [line] = denialsOf('127.0.0.6')
    expect(line).toMatchObject({ reason: 'kid_unknown', via: 'gateway' })
    expect(await site.warder('explain', String(line?.['id']))).toContain('kid_unknown')
    const tail = await site.warder(
      'decisions',
      'tail',
      '--limit',
      '5',
      '--client',
      '127.0.0.6',
      '--no-follow',
    )
    expect(tail).toContain('kid_unknown')
    await see('overview', 'kid_unknown', 'flood')
  })

  it('has a rotation without overlap, which denies old tokens and says so', async () => {
    const old = await site.token()
    expect((await site.send('nginx', old, '127.0.0.7'))[0]).toBe(200)
    await site.provider.rotate(false)
    const next = await site.token()
    await waitFor(
      'the new key',
      async () => (await site.send('nginx', next, '127.0.0.4'))[0] === 200 || undefined,
    )
    const [status, id] = await waitFor('the old key to be gone', async () => {
      const answer = await site.send('nginx', old, '127.0.0.7')
      return answer[0] === 401 ? answer : undefined
    })
    expect(status).toBe(401)
    const explained = await site.warder('explain', id)
    expect(explained).toContain('kid_unknown')
    expect(explained).toMatch(/has removed it, last seen \d{4}-/)
    expect(site.lines().filter(({ msg }) => msg === 'keys have changed').length).toBeGreaterThan(0)
    expect(await site.warder('keys', 'list')).toMatch(/live-1 .*gone/)
    await see('issuers', 'gone', 'rotation')
  })

  it('has a server that dies, which clients do not notice', async () => {
    const token = await site.token()
    await site.apps[1]?.stop('SIGKILL')
    const answers = await repeat(20, () => site.send('gateway', token, '127.0.0.8'))
    expect(new Set(answers.map(([status]) => status))).toEqual(new Set([200]))
    const labels = await site.firing('WarderServerEjected', { upstream: 'orders' })
    const found = site.lines().find(({ event }) => event === 'server_ejected' || event === 'server_down')
    expect(found).toMatchObject({ upstream: 'orders', server: labels['server'] })
    const upstreams = (await (await fetch(`${site.admin}/v1/upstreams`)).json()) as {
      readonly servers: readonly { readonly state: string }[]
    }
    expect(upstreams.servers.map(({ state }) => state === 'healthy').toSorted()).toEqual([false, true])
    await see('upstreams', labels['server'] ?? '', 'server')
    // Why was it let in?
    expect(await site.warder('explain', answers.at(-1)?.[1] ?? '')).toContain('127.0.0.8')
  })

  it('ends with a provider that is down: known tokens pass, and the alert names the issuer', async () => {
    const token = await site.token()
    const unknown = withKid(token, 'after-the-outage')
    expect((await site.send('nginx', token, '127.0.0.9'))[0]).toBe(200)
    await site.provider.program.stop('SIGKILL')
    expect(await site.firing('WarderIssuerStale')).toMatchObject({ issuer: 'main' })
    expect((await site.send('nginx', token, '127.0.0.9'))[0]).toBe(200)
    expect(await site.warder('status')).toContain('main')
    await see('issuers', 'ECONNREFUSED', 'provider')
    // It may be a key that was published since.
    const [status, id] = await site.send('nginx', unknown, '127.0.0.9')
    expect(status).toBe(401)
    const [line] = await waitFor('its line', () =>
      denialsOf('127.0.0.9').length > 0 ? denialsOf('127.0.0.9') : undefined,
    )
    expect(line).toMatchObject({ reason: 'kid_unknown', id })
    expect(await site.warder('explain', id)).toMatch(/could not be refreshed since [^]*no connection/)
    expect(await site.query('max(warder_keys_stale_seconds)')).toBeGreaterThan(3)
  })
})
