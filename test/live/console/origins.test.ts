/** What pages of other origins get from the console and its API in a real browser: nothing. */
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createCleanup } from '../../support/live/cleanup.ts'
import { startConsoleBrowser, type ConsoleBrowser } from '../../support/live/console/console-browser.ts'
import { liveSuite } from '../../support/live/live-suite.ts'
import { runService } from '../../support/run-service.ts'

const PATHS = ['/', '/console.js', '/console.css', '/v1/keys'] as const

liveSuite('pages of other origins', ['chromium'], () => {
  const cleanup = createCleanup()
  let browser: ConsoleBrowser
  let admin: string
  let other: string

  beforeAll(async () => {
    const { service, admin: address } = await runService()
    cleanup.add(() => service.stop(0))
    admin = address
    const server = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: () => new Response('<title>other</title>', { headers: { 'content-type': 'text/html' } }),
    })
    cleanup.add(() => server.stop(true))
    other = `http://127.0.0.1:${server.port}/`
    browser = await startConsoleBrowser(cleanup, ['--host-resolver-rules=MAP rebound.example 127.0.0.1'])
  })
  afterAll(() => cleanup.run())

  for (const path of PATHS) {
    for (const mode of ['cors', 'no-cors'] as const) {
      it(`cannot fetch ${path}, ${mode}`, async () => {
        const { page } = await browser.open(other)
        const got = await page.evaluate(
          async ([url, mode]) => {
            try {
              const answer = await fetch(url, { mode })
              return [answer.status, await answer.text()]
            } catch {
              return 'nothing'
            }
          },
          [admin + path, mode] as const,
        )
        expect(got).toEqual('nothing')
        await page.context().close()
      })
    }

    for (const tag of ['script', 'img', 'link'] as const) {
      it(`cannot embed ${path} as ${tag}`, async () => {
        const { page } = await browser.open(other)
        const seen = await page.evaluate(
          ([url, tag]) =>
            new Promise((resolve) => {
              const element = document.createElement(tag)
              element.addEventListener('load', () => resolve('loaded'))
              element.addEventListener('error', () => resolve('refused'))
              if (tag === 'link') Object.assign(element, { rel: 'stylesheet', href: url })
              else Object.assign(element, { src: url })
              document.head.append(element)
            }),
          [admin + path, tag] as const,
        )
        expect(seen).toBe('refused')
        await page.context().close()
      })
    }
  }

  it('cannot frame the console', async () => {
    const { page } = await browser.open(other)
    const answered = page.waitForResponse(`${admin}/`)
    await page.evaluate((url) => {
      const frame = document.createElement('iframe')
      frame.src = url
      document.body.append(frame)
    }, `${admin}/`)
    expect((await answered).status()).toBe(403)
    expect(page.frames().filter((frame) => frame.url().startsWith(admin))).toEqual([])
    await page.context().close()
  })

  it('cannot post to the API without a preflight, and get none', async () => {
    const { page } = await browser.open(other)
    for (const type of ['text/plain', 'application/json']) {
      const answered = page.waitForRequest((request) => request.url().startsWith(admin))
      const got = await page.evaluate(
        async ([url, type]) =>
          fetch(url, { method: 'POST', headers: { 'content-type': type }, body: '{}' }).then(
            () => 'an answer',
            () => 'nothing',
          ),
        [`${admin}/v1/keys`, type] as const,
      )
      expect(got).toBe('nothing')
      await answered
    }
    await page.context().close()
  })

  it('get nothing by a name that leads to this machine (DNS rebinding)', async () => {
    const { port } = new URL(admin)
    const { page } = await browser.open(other)
    for (const path of PATHS) {
      const answer = await page.goto(`http://rebound.example:${port}${path}`)
      expect(answer?.status()).toBe(421)
      expect(await page.content()).not.toContain('console.js')
    }
    await page.context().close()
  })
})
