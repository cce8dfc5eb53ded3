/** The views with made answers, hostile ones among them, in a real browser: the page itself comes from a service. */
import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import type { Page } from 'playwright-core'
import { createCleanup } from '../../support/live/cleanup.ts'
import { findBarriers } from '../../support/live/console/axe.ts'
import { startConsoleBrowser, type ConsoleBrowser } from '../../support/live/console/console-browser.ts'
import {
  answerWith,
  MADE_STEPS,
  MADE_SERVER,
  madeDecision,
  madeHistory,
  madeRoutes,
  madeStatus,
} from '../../support/live/console/made-answers.ts'
import { liveSuite } from '../../support/live/live-suite.ts'
import { runService } from '../../support/run-service.ts'

const NOW = Date.now()

/** What a client may put into a path, a host, a claim or its user agent. */
const HOSTILE: readonly (readonly [what: string, text: string])[] = [
  ['a script', '<script>alert(1)</script>'],
  ['an image that fails', '"><img src=x onerror=alert(1)>'],
  ['a link', 'javascript:alert(1)'],
  ['a closed attribute', `' onmouseover='alert(1)' x='`],
  ['an override of the direction', '/a\u202egnp.exe\u202c/\u2066x'],
  ['control characters', '\u0000\u001b[31mred\u0007\r\nSet-Cookie: a=b'],
  ['10 KB without a blank', 'A'.repeat(10_240)],
  ['marks on top of each other', `Z${'\u0351'.repeat(2_000)}`],
  ['a template', '{{constructor.constructor("alert(1)")()}} ${alert(1)}'],
]

const hostileAnswers = (text: string) => {
  const texts = {
    reason: text,
    route: text,
    policy: text,
    issuer: text,
    caller: text,
    client: text,
    method: text,
    host: text,
    path: text,
    detail: text,
  }
  const decision = madeDecision(NOW, 0, texts)
  const step = {
    step: text,
    result: 'fail',
    facts: text,
    notes: [text],
    setting: text,
    source: text,
    reason: text,
    detail: text,
    claim: text,
    expected: text,
    found: text,
    hint: text,
    cause: text,
  }
  const key = {
    kid: text,
    type: text,
    algorithms: [text],
    thumbprint: text,
    inForce: true,
    firstSeen: text,
    lastSeen: null,
    lastUsed: null,
  }
  const moment = { timeMs: NOW - 1_000, type: 'failed', detail: text }
  const history = madeHistory(NOW)
  return {
    '/v1/decisions': { decisions: [decision], dropped: 0 },
    [`/v1/decisions/${decision.id}`]: {
      decision,
      why: text,
      fix: text,
      cause: text,
      config: text,
      steps: [step],
      stepsMissing: text,
    },
    '/v1/keys': {
      issuers: [
        {
          name: text,
          source: text,
          state: 'stale',
          loadedAt: text,
          lastError: text,
          origin: null,
          keys: [key],
          ignored: [{ kid: text, why: text }],
        },
      ],
    },
    '/v1/history': {
      points: history.points.map((point) => ({ ...point, reasons: { [text]: 1 } })),
      issuers: [{ name: text, source: text, moments: [moment] }],
    },
    '/v1/events': `event: stats\ndata: ${JSON.stringify({ ...history.points[0], reasons: { [text]: 1 } })}\n\n`,
    '/v1/status': madeStatus(text),
    '/v1/upstreams': {
      servers: [{ ...MADE_SERVER, upstream: text, server: text, address: text, state: 'mixed' }],
      authServices: [{ service: text, questions: { allowed: 1, denied: 2, failed: 3, remembered: 4 } }],
    },
    '/v1/config': { origins: [{ pointer: text, value: text, origin: { kind: 'preset', preset: text } }] },
    '/v1/routes': madeRoutes(3, {
      name: text,
      policy: text,
      upstream: text,
      match: { host: [text], path: [text], method: [text] },
    }),
  }
}

const decision = madeDecision(NOW, 0)
const answers = () => ({
  '/v1/decisions': {
    decisions: Array.from({ length: 40 }, (_, index) => madeDecision(NOW, index)),
    dropped: 7,
  },
  [`/v1/decisions/${decision.id}`]: {
    decision,
    why: 'the token has expired',
    fix: 'let the client get another',
    cause: null,
    config: '3f9c1e2',
    steps: MADE_STEPS,
  },
  '/v1/status': madeStatus('warder.yaml'),
  '/v1/upstreams': { servers: [MADE_SERVER], authServices: [] },
  '/v1/config': { origins: [{ pointer: '/version', value: 1, origin: { kind: 'default' } }] },
  '/v1/routes': madeRoutes(40),
  '/v1/history': madeHistory(NOW),
  '/v1/events': `event: stats\ndata: ${JSON.stringify(madeHistory(NOW).points[0])}\n\n`,
})

/** Each view, and a text by which it is complete. */
const VIEWS: readonly (readonly [place: string, shows: string])[] = [
  ['#/overview', '.chart canvas >> nth=0'],
  ['#/decisions', 'main table tbody tr >> nth=0'],
  [`#/decisions/${decision.id}`, '.steps'],
  ['#/explain', 'form textarea >> nth=0'],
  ['#/issuers', 'main table >> nth=0'],
  ['#/routes', '.virtual-row >> nth=1'],
  ['#/upstreams', 'main table >> nth=0'],
  ['#/limits', '.family >> nth=0'],
  ['#/config', '.virtual-row >> nth=1'],
]

const INJECTED =
  'main script, main img, main iframe, main [onerror], main [onmouseover], a[href^="javascript"]'
const HIDDEN = /[\u0000-\u0008\u001b\u202a-\u202e\u2066-\u2069]/

liveSuite('the console in Chromium', ['chromium'], () => {
  const cleanup = createCleanup()
  let browser: ConsoleBrowser
  let origin: string

  beforeAll(async () => {
    const { service, admin } = await runService()
    cleanup.add(() => service.stop(0))
    origin = admin
    browser = await startConsoleBrowser(cleanup)
  })
  afterAll(() => cleanup.run())

  const openMade = (place: string, made: Readonly<Record<string, unknown>>, options = {}) =>
    browser.open(`${origin}/${place}`, options, (page) => answerWith(page, made))

  const show = async (page: Page, place: string, shows: string): Promise<void> => {
    await page.evaluate((hash) => void (location.hash = hash), place)
    await page.waitForSelector(shows)
  }

  /** Pixels by which the page is wider than its window. */
  const overflowOf = (page: Page): Promise<number> =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

  for (const [what, text] of HOSTILE) {
    it(`shows as text what a client has made up: ${what}`, async () => {
      const { page, faults } = await openMade('', hostileAnswers(text), {
        viewport: { width: 360, height: 800 },
      })
      for (const [place, shows] of VIEWS) {
        await show(page, place, shows)
        expect(await page.locator(INJECTED).count()).toBe(0)
        expect(await overflowOf(page)).toBe(0)
        expect(await page.locator('main').innerText()).not.toMatch(HIDDEN)
        expect(await page.title()).not.toMatch(/alert/)
      }
      expect(faults).toEqual([])
      await page.context().close()
    })
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1280, 360]) {
      it(`has no barrier that axe finds, and fits: ${colorScheme}, ${width} pixels wide`, async () => {
        const { page, faults } = await openMade('', answers(), {
          colorScheme,
          viewport: { width, height: 740 },
        })
        for (const [place, shows] of VIEWS) {
          await show(page, place, shows)
          expect([place, ...(await findBarriers(page))]).toEqual([place])
          expect(await overflowOf(page)).toBe(0)
        }
        expect(faults).toEqual([])
        await page.context().close()
      })
    }
  }

  describe('by the keyboard alone', () => {
    it('opens a decision and closes it again', async () => {
      const { page } = await openMade('#/decisions', answers())
      const link = page.locator('tbody a').first()
      await link.waitFor()
      for (let presses = 0; presses < 60; presses++) {
        await page.keyboard.press('Tab')
        if (await link.evaluate((one) => one === document.activeElement)) break
      }
      expect(await link.evaluate((one) => getComputedStyle(one).outlineStyle)).toBe('solid')
      await page.keyboard.press('Enter')
      await page.waitForSelector('.steps')
      expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1')
      await page.keyboard.press('Escape')
      await page.waitForSelector('tbody a')
      expect(page.url()).toEndWith('#/decisions')
      await page.context().close()
    })

    it('skips the navigation', async () => {
      const { page } = await openMade('#/decisions', answers())
      await page.waitForSelector('main table')
      await page.keyboard.press('Tab')
      expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Skip')
      await page.keyboard.press('Enter')
      expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1')
      await page.context().close()
    })
  })

  it('has ten thousand routes, of which it draws those in sight, and finds one', async () => {
    const { page, faults } = await openMade('#/routes', { ...answers(), '/v1/routes': madeRoutes(10_000) })
    await page.getByText('10,000 of 10,000 routes').waitFor()
    const drawn = async (): Promise<number> => page.locator('.virtual-row').count()
    expect(await drawn()).toBeLessThan(60)
    await page.getByRole('region', { name: 'Routes' }).focus()
    await page.keyboard.press('End')
    await page.getByText('/service-9999/**').waitFor()
    expect(await drawn()).toBeLessThan(60)
    await page.getByLabel('Filter').fill('orders-read service-777 get')
    await page.getByText('11 of 10,000 routes').waitFor()
    await page.getByText('route-7770', { exact: true }).waitFor()
    await page.getByLabel('Filter').press('Escape')
    await page.getByText('10,000 of 10,000 routes').waitFor()
    expect(faults).toEqual([])
    await page.context().close()
  })

  it('says what it cannot read, and keeps what it has', async () => {
    const { page } = await openMade('#/issuers', {})
    await page.waitForSelector('main table')
    await page.route('**/v1/keys', (route) => route.abort())
    await page.waitForSelector('[role=alert]')
    expect(await page.locator('[role=alert]').innerText()).toContain('Not up to date')
    expect(await page.locator('main table').count()).toBe(1)
    await page.context().close()
  })
})
