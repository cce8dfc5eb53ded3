/** Debian's Chromium with the console in it. Everything that the page should not do is collected. */
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { whichProgram } from '../../../../tools/programs.ts'
import type { Cleanup } from '../cleanup.ts'

/** Nothing of its own goes to the network. */
const QUIET = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--disable-gpu',
  '--no-proxy-server',
  '--disable-background-networking',
  '--disable-component-update',
] as const

export interface ConsolePage {
  readonly page: Page
  /** Violations of the policy, errors, dialogs, and requests to other origins. */
  readonly faults: readonly string[]
}

export interface ConsoleBrowser {
  /**
   * @param url Of the console: `http://127.0.0.1:9181/#/decisions`.
   * @param prepare Called before the page is loaded.
   */
  open(
    url: string,
    options?: BrowserContextOptions,
    prepare?: (page: Page) => Promise<void>,
  ): Promise<ConsolePage>
}

/** Runs in the page. A text, so that whoever imports this file needs no types of a browser. */
const REPORT_VIOLATIONS = `document.addEventListener('securitypolicyviolation', (event) =>
  console.error('violation: ' + event.violatedDirective + ' ' + event.blockedURI))`

/** Expected: the browser reports each answer that is not 2xx as an error. */
const REFUSED_ANSWER = /^Failed to load resource: the server responded with a status of (?:401|404|503)/

/** @param flags For example, which names lead to this machine. */
export async function startConsoleBrowser(
  cleanup: Cleanup,
  flags: readonly string[] = [],
): Promise<ConsoleBrowser> {
  const browser: Browser = await chromium.launch({
    executablePath: whichProgram('chromium'),
    args: [...QUIET, ...flags],
  })
  cleanup.add(() => browser.close())
  return {
    async open(url, options = {}, prepare = async () => undefined) {
      const { origin } = new URL(url)
      const context = await browser.newContext({
        viewport: { width: 1280, height: 800 },
        locale: 'en',
        ...options,
      })
      const page = await context.newPage()
      const faults: string[] = []
      page.on('console', (message) => {
        if (message.type() === 'error' && !REFUSED_ANSWER.test(message.text())) faults.push(message.text())
      })
      page.on('pageerror', (fault) => void faults.push(String(fault)))
      page.on('dialog', (dialog) => {
        faults.push(`dialog: ${dialog.message()}`)
        void dialog.dismiss()
      })
      page.on('request', (request) => {
        if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith('data:'))
          faults.push(`request: ${request.url()}`)
      })
      await page.addInitScript(REPORT_VIOLATIONS)
      await prepare(page)
      await page.goto(url)
      return { page, faults }
    },
  }
}
