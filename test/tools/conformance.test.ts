import { describe, expect, it } from 'bun:test'
import { readFileSync } from 'node:fs'
import { PROXIES } from '../../src/callers/callers.ts'
import { readOutcomes, withConformance } from '../../tools/conformance.ts'

const page = readFileSync(new URL('../../docs/callers.md', import.meta.url), 'utf8')

describe('the table of docs/callers.md', () => {
  it('is made of the outcomes; `npm run conformance` writes it', () => {
    expect(page).toBe(withConformance(page, readOutcomes()))
  })

  it('explains each outcome that is not yes', () => {
    const outcomes = new Map([['nginx', { 'a case that nobody knows': '500' }]])
    expect(() => withConformance(page, outcomes)).toThrow('a case that nobody knows')
  })
})

describe('what a proxy is said to carry', () => {
  for (const [name, outcomes] of readOutcomes()) {
    const { carries } = PROXIES.find((proxy) => proxy.name === name) ?? {}
    if (carries === undefined) throw new Error(`no proxy ${name}`)
    const holds = (title: string): boolean => {
      expect(Object.keys(outcomes)).toContain(title)
      return outcomes[title] === 'yes'
    }
    const statusOf = (title: string): string | undefined => (holds(title) ? '503' : outcomes[title])

    it(`is what came of the cases behind ${name}`, () => {
      const seen = {
        has503: holds('keys that cannot be had'),
        always: holds('a missing scope'),
        asksAboutPreflights: holds('a preflight, where the route judges it'),
        webSocket: holds('a WebSocket with a token'),
        carriesTheLargestToken: holds('a token of 60 KiB'),
        whenUnreachable: statusOf('Warder is down'),
        answersSoon: holds('Warder does not answer'),
        isRaw: holds('escapes in the path, byte for byte'),
      }
      expect(seen).toEqual({
        has503: carries.statuses.includes(503),
        always: carries.challenge === 'always' && carries.denialBody !== 'none',
        asksAboutPreflights: carries.asksAboutPreflights,
        webSocket: carries.webSocket,
        carriesTheLargestToken: carries.largestHeadBytes > 64 * 1024,
        whenUnreachable: String(carries.whenUnreachable),
        answersSoon: carries.answersWithinMs < 10_000,
        // Caddy changes only paths that no URL has.
        isRaw: carries.path === 'raw' || name === 'caddy',
      })
    })
  }
})
