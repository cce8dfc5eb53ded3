/**
 * The console in a real browser, beside a real nginx and a gateway with real traffic. With `UPDATE_SCREENSHOTS=1`, it
 * writes the pictures of the docs.
 */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import type { Page } from 'playwright-core'
import { createCleanup } from '../../support/live/cleanup.ts'
import { findBarriers } from '../../support/live/console/axe.ts'
import { startConsoleBrowser, type ConsoleBrowser } from '../../support/live/console/console-browser.ts'
import { startWatchedSite, type WatchedSite } from '../../support/live/console/watched-site.ts'
import { liveSuite } from '../../support/live/live-suite.ts'
import { openClient } from '../../support/live/raw-client.ts'

const IMAGES = join(import.meta.dir, '../../../docs/images')
const IS_PICTURED = process.env['UPDATE_SCREENSHOTS'] !== undefined
const PICTURE = { width: 1_100, height: 760 }

liveSuite('the console beside real traffic', ['chromium', 'nginx'], () => {
  const cleanup = createCleanup()
  let browser: ConsoleBrowser
  let site: WatchedSite

  beforeAll(async () => {
    site = await startWatchedSite(cleanup)
    await site.makeTraffic(6)
    browser = await startConsoleBrowser(cleanup)
  })
  afterAll(() => cleanup.run())

  const open = (place: string, options = {}) =>
    browser.open(`${site.admin}/${place}`, { viewport: PICTURE, ...options })

  const picture = async (page: Page, name: string): Promise<void> => {
    if (!IS_PICTURED) return
    await page.screenshot({ path: join(IMAGES, `console-${name}.png`), animations: 'disabled' })
  }

  /** Points of five seconds need some traffic to look like anything. */
  const makeSomeMinutes = async (): Promise<void> => {
    const endMs = Date.now() + 90_000
    for (let round = 0; Date.now() < endMs; round++) {
      await site.makeTraffic(1 + Math.round(2 * Math.sin(round / 20) ** 2))
      await Bun.sleep(200)
    }
    await site.makeTraffic(2)
  }

  it(
    'shows on the overview what nginx and the gateway were answered, as it happens',
    async () => {
      const { page, faults } = await open('#/overview')
      await page.locator('.chart canvas').first().waitFor()
      const before = page.locator('.tile b').nth(1)
      await before.waitFor()
      // Decisions are counted in the second in which they are made.
      const deadline = Date.now() + 20_000
      let denied = '0'
      while (!(Number(denied) > 0) && Date.now() < deadline) {
        await site.makeTraffic(3)
        denied = await before.innerText()
      }
      expect(Number(denied)).toBeGreaterThan(0)
      await page.getByText('Last denials').waitFor()
      await page.getByRole('link', { name: 'token_expired' }).first().waitFor({ timeout: 30_000 })
      if (IS_PICTURED) await makeSomeMinutes()
      await picture(page, 'overview')
      expect(await findBarriers(page)).toEqual([])
      expect(faults).toEqual([])
      await page.context().close()
    },
    IS_PICTURED ? 180_000 : undefined,
  )

  it('lists the denials, filters them by a link, and explains one as the command line does', async () => {
    const { page, faults } = await open('#/decisions?reason=scope_missing')
    await page.locator('tbody tr').first().waitFor()
    const reasons = await page.locator('tbody td:nth-of-type(1)').allInnerTexts()
    expect(new Set(reasons.map((text) => text.split(/\s+/).at(-1)))).toEqual(new Set(['scope_missing']))
    await openExplained(page, () => site.ask(site.nginx, '/orders/42', site.mint({ scope: 'profile' })))
    expect(page.url()).toMatch(/#\/decisions\/[0-9A-Z]{26}\?reason=scope_missing$/)
    const failed = await page.locator('.step.fail').innerText()
    expect(failed).toContain('scope')
    expect(failed).toContain('orders:read')
    expect(await page.locator('main').innerText()).toContain('What to do')
    await picture(page, 'decision')
    expect(await findBarriers(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.locator('tbody tr').first().waitFor()
    expect(page.url()).toEndWith('#/decisions?reason=scope_missing')
    expect(faults).toEqual([])
    await page.context().close()
  })

  it('opens a decision by a link alone, as from a line of the log', async () => {
    const [, id] =
      /"reason":"token_expired","status":401,"id":"([0-9A-Z]{26})"/.exec(site.warder.output()) ?? []
    const { page } = await open(`#/decisions/${id}`)
    await page.locator('.steps').waitFor()
    expect(await page.locator('.step.fail').innerText()).toContain('token_expired')
    await page.context().close()
  })

  describe('hostile requests', () => {
    const PATHS = [
      '/orders/<script>alert(1)</script>',
      '/orders/%3Cimg%20src=x%20onerror=alert(1)%3E',
      '/orders/%E2%80%AEgnp.exe',
      `/orders/${'A'.repeat(6_000)}`,
      "/orders/'onmouseover='alert(1)",
    ]
    it('are text, in the list and in the explanation', async () => {
      for (const path of PATHS) await sendRaw(site.gateway, path)
      const evil = site.mint({
        scope: '<script>alert(1)</script>',
        sub: '<img src=x onerror=alert(1)>\u202e',
      })
      await sendRaw(site.gateway, '/orders/evil-claims', evil)
      const { page, faults } = await open('#/decisions', { viewport: { width: 360, height: 740 } })
      await page.getByText('evil-claims').first().waitFor()
      const links = await page
        .locator('tbody a')
        .evaluateAll((all) => all.slice(0, 8).map((one) => one.getAttribute('href') ?? ''))
      for (const link of links) {
        await page.evaluate((hash) => void (location.hash = hash), link)
        await page.getByLabel('Explanation').waitFor()
        expect(await page.locator('main script, main img, main [onerror], main [onmouseover]').count()).toBe(
          0,
        )
        expect(
          await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
        ).toBeLessThanOrEqual(0)
      }
      expect(faults).toEqual([])
      await page.context().close()
    })
  })

  it('explains a pasted token, and keeps it nowhere', async () => {
    const { page, faults } = await open('#/explain')
    const urls: string[] = []
    page.on('request', (request) => urls.push(request.url()))
    const token = site.mint({ aud: 'api://elsewhere' })
    await page.getByLabel('URL').fill('https://api.example.com/orders/42')
    await page.getByLabel('Token').fill(`Authorization: Bearer ${token}`)
    await page.getByRole('button', { name: 'Explain' }).click()
    await page.locator('.step.fail').waitFor()
    expect(await page.locator('.step.fail').innerText()).toContain('audience_mismatch')
    expect(await page.getByLabel('Token').inputValue()).toBe('')
    await picture(page, 'explain')
    const signature = token.split('.')[2] ?? ''
    const kept = await page.evaluate(() => [
      document.documentElement.outerHTML,
      document.title,
      JSON.stringify({ ...localStorage, ...sessionStorage }),
    ])
    expect([...kept, ...urls, site.warder.output()].filter((text) => text.includes(signature))).toEqual([])
    expect(faults).toEqual([])
    await page.context().close()
  })

  it('shows the issuers, their keys and when they were used', async () => {
    const { page, faults } = await open('#/issuers')
    await page.getByText('test-1', { exact: true }).first().waitFor()
    await page.locator('svg.lane').first().waitFor()

    expect(await findBarriers(page)).toEqual([])
    expect(faults).toEqual([])
    await page.context().close()
  })

  it('shows the servers of the gateway', async () => {
    const { page, faults } = await open('#/upstreams')
    await page.locator('tbody tr').nth(1).waitFor()
    expect(await page.locator('tbody').innerText()).toContain('orders')
    expect(await findBarriers(page)).toEqual([])
    expect(faults).toEqual([])
    await page.context().close()
  })

  it('shows what is bounded, and the configuration in force', async () => {
    const { page, faults } = await open('#/limits')
    await page.getByText('warder_token_cache_entries').waitFor()
    expect(await findBarriers(page)).toEqual([])
    await page.evaluate(() => void (location.hash = '#/config'))
    await page.getByText('WARN_CONFIG_HTTP').first().waitFor()
    await page.getByText('/issuers/0/audience').waitFor()
    expect(await page.locator('main').innerText()).toContain('2: process')
    expect(await findBarriers(page)).toEqual([])
    expect(faults).toEqual([])
    await page.context().close()
  })

  it('lists the routes with their counts, and finds the one of a request', async () => {
    const { page, faults } = await open('#/routes')
    const read = page.locator('.virtual-row', { hasText: '/orders/**' })
    await read.waitFor()
    await page.waitForFunction(
      () => (document.querySelector('.virtual-row:nth-of-type(2) .number')?.textContent ?? '0') !== '0',
    )
    await page.getByLabel('URL').fill('https://api.example.com/reports/7')
    await page.getByRole('button', { name: 'Find the route' }).click()
    await page.getByText('Route reports, number 3').waitFor()
    await page.getByText('Why not the 2 before it').click()
    expect(await page.locator('details li').allInnerTexts()).toHaveLength(2)
    expect(await findBarriers(page)).toEqual([])
    expect(faults).toEqual([])
    await page.context().close()
  })
})

/** As it is: `fetch` would encode the path. */
async function sendRaw(origin: string, path: string, token?: string): Promise<void> {
  const client = await openClient(Number(new URL(origin).port))
  const authorization = token === undefined ? '' : `Authorization: Bearer ${token}\r\n`
  client.send(
    `GET ${path} HTTP/1.1\r\nHost: api.example.com\r\nUser-Agent: <script>alert(1)</script>\r\n${authorization}\r\n`,
  )
  await client.receive()
  client.close()
}

/** Opens the newest decision of the list; of many decisions at once, Warder does not keep the steps of all. */
async function openExplained(page: Page, makeOne: () => Promise<void>): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    const newest = await page.locator('tbody tr a').first().getAttribute('href')
    await makeOne()
    await page.waitForFunction(
      (href) => document.querySelector('tbody tr a')?.getAttribute('href') !== href,
      newest,
    )
    await page.locator('tbody tr a').first().click()
    await page.getByLabel('Explanation').waitFor()
    if ((await page.locator('.steps').count()) > 0) return
    await page.keyboard.press('Escape')
    await page.locator('tbody tr a').first().waitFor()
  }
  throw new Error('no decision has steps')
}
