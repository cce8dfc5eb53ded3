import { describe, expect, it } from 'bun:test'
import { CONSOLE_FILES } from '../../../src/app/console/console-files.ts'
import { CONFIG, runService } from '../../support/run-service.ts'

const { page, script, style } = CONSOLE_FILES

/** What the console may cost over a slow connection, in bytes. */
const MAX_ZIPPED = 150_000

describe('the bundled console', () => {
  it('is small', () => {
    const zipped = [page, script, style].map((text) => Bun.gzipSync(text).byteLength)
    expect(zipped.reduce((sum, size) => sum + size, 0)).toBeLessThan(MAX_ZIPPED)
  })

  it('has neither script nor style in its page, which the policy would refuse', () => {
    expect(page).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/)
  })

  it('loads nothing from elsewhere', () => {
    expect(page.match(/(?:src|href)="[^"]*"/g)?.map((one) => one.slice(0, 20))).toEqual([
      'href="data:image/svg',
      'href="console.css"',
      'src="console.js"',
    ])
    expect(style).not.toMatch(/@import|url\((?!["']?data:)/)
    // Names of XML, and the example in a form.
    const known = new Set(['http://www.w3.org', 'https://api.example.com'])
    expect(script.match(/https?:\/\/[\w.]+/g)?.filter((url) => !known.has(url))).toEqual([])
    expect(script.match(/\b(?:eval|Function)\s*\(/g)).toBeNull()
  })

  it('is whole: no import is left', () => {
    expect(script).not.toMatch(/^\s*import\b|\brequire\(/m)
  })
})

describe('a service', () => {
  it('serves the console on its admin listener', async () => {
    const { service, admin } = await runService(CONFIG)
    try {
      const texts = ['/', '/console.js', '/console.css'].map(async (path) =>
        (await fetch(admin + path)).text(),
      )
      expect(await Promise.all(texts)).toEqual([page, script, style])
    } finally {
      await service.stop(0)
    }
  })
})
