/** The console of an admin listener that needs a token, in a real browser. */
import { afterAll, beforeAll, expect, it } from 'bun:test'
import type { Page } from 'playwright-core'
import { createCleanup } from '../../support/live/cleanup.ts'
import { findBarriers } from '../../support/live/console/axe.ts'
import { startConsoleBrowser, type ConsoleBrowser } from '../../support/live/console/console-browser.ts'
import { liveSuite } from '../../support/live/live-suite.ts'
import { CONFIG, runService } from '../../support/run-service.ts'

const TOKEN = 'an-admin-token-of-the-tests'

liveSuite('the console with a token', ['chromium'], () => {
  const cleanup = createCleanup()
  let browser: ConsoleBrowser
  let admin: string

  beforeAll(async () => {
    const tokens = `admin: { tokens: [{ name: tests, token: ${TOKEN} }] }\n`
    const { service, admin: address } = await runService(CONFIG + tokens)
    cleanup.add(() => service.stop(0))
    admin = address
    browser = await startConsoleBrowser(cleanup)
  })
  afterAll(() => cleanup.run())

  const enter = async (page: Page, token: string): Promise<void> => {
    await page.getByLabel('Admin token').fill(token)
    await page.keyboard.press('Enter')
  }

  it('asks for it, says that one is refused, and shows the view with the right one', async () => {
    const { page, faults } = await browser.open(`${admin}/#/issuers`)
    await page.getByLabel('Admin token').waitFor()
    expect(await page.locator('main table').count()).toBe(0)
    expect(await findBarriers(page)).toEqual([])
    await enter(page, 'not the right one')
    await page.getByText('This token was refused').waitFor()
    await enter(page, TOKEN)
    await page.locator('main table').first().waitFor()
    expect(page.url()).toBe(`${admin}/#/issuers`)
    expect(faults).toEqual([])
    await page.context().close()
  })

  it('keeps it in memory alone: it is gone after a reload, and nowhere to be found', async () => {
    const { page } = await browser.open(`${admin}/#/issuers`)
    const urls: string[] = []
    page.on('request', (request) => urls.push(request.url()))
    await enter(page, TOKEN)
    await page.locator('main table').first().waitFor()
    const kept = await page.evaluate(async () => [
      document.documentElement.outerHTML,
      document.title,
      document.cookie,
      JSON.stringify(localStorage),
      JSON.stringify(sessionStorage),
      JSON.stringify(history.state),
      JSON.stringify(await indexedDB.databases()),
      JSON.stringify(await caches.keys()),
      JSON.stringify([...document.querySelectorAll('input')].map(({ value }) => value)),
    ])
    expect([...kept, ...urls].filter((text) => text.includes(TOKEN))).toEqual([])
    expect(await page.context().storageState()).toEqual({ cookies: [], origins: [] })
    await page.reload()
    await page.getByLabel('Admin token').waitFor()
    await page.context().close()
  })
})
