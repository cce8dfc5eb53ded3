/** A guard with one hole: the probe that is made for the hole fails, and no other, unless it is the same hole. */
import { afterEach, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { PROBES } from '../../src/cli/doctor/probes/probes.ts'
import { LIVE_TEST_LIMIT_MS } from '../../tools/test-limits.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { examine, startEchoServer } from '../support/live/doctor-site.ts'
import { FIELD_LEAKS } from '../support/live/field-leaks.ts'
import { hasToken, TOKEN } from '../support/live/leak.ts'
import { denial, startLeakyGuard, type GuardedRequest, type Hole } from '../support/live/leaky-guard.ts'
import { REQUEST_LEAKS } from '../support/live/request-leaks.ts'
import { CONFIG } from '../support/run-service.ts'

setDefaultTimeout(LIVE_TEST_LIMIT_MS)

const LEAKS = [...FIELD_LEAKS, ...REQUEST_LEAKS]

describe('warder doctor', () => {
  let cleanup = createCleanup()
  afterEach(async () => {
    await cleanup.run()
    cleanup = createCleanup()
  })

  const at = async (hole: Hole, configText = CONFIG) => {
    const { port } = await startLeakyGuard(startEchoServer(cleanup), TOKEN, hole, cleanup)
    return examine({ port, token: TOKEN, configText }, cleanup)
  }

  it('finds nothing at a guard without a hole', async () => {
    const examined = await at({})
    expect([...examined.with('fail'), ...examined.with('warning'), ...examined.with('unknown')]).toEqual([])
    expect(examined.code).toBe(0)
  })

  it('has a hole here for every probe that can fail', () => {
    const onlyWarn = ['token-accepted', 'target-delivered']
    // It asks a running Warder, so its hole is in doctor-client.test.ts.
    const elsewhere = ['client-address']
    const found = new Set([...LEAKS.flatMap(({ fails }) => fails), ...onlyWarn, ...elsewhere])
    expect(PROBES.map(({ name }) => name).filter((name) => !found.has(name))).toEqual([])
  })

  it('proves nothing with a token that expires on the way', async () => {
    let asked = 0
    const expires = (one: GuardedRequest): string | undefined => {
      if (hasToken(one)) asked += 1
      return asked > 15 && hasToken(one) ? denial('token_expired') : undefined
    }
    const { code, probe, with: results } = await at({ answers: expires })
    expect([code, results('fail'), results('warning')]).toEqual([10, [], []])
    for (const name of ['identity-dot', 'override-method', 'upgrade', 'path-dots', 'two-framings'])
      expect([name, probe(name).result, probe(name).saw]).toEqual([
        name,
        'unknown',
        'the token is not accepted any more',
      ])
    expect(probe('token-accepted').result).toBe('pass')
  })

  it('warns of a guard that changes queries', async () => {
    const examined = await at({ rewrites: (target) => target.replace(/\?.*/, '') })
    expect([examined.code, examined.with('fail'), examined.probe('target-delivered').result]).toEqual([
      0,
      [],
      'warning',
    ])
  })

  for (const { name, hole, fails, configText } of LEAKS) {
    it(`finds a guard that ${name}: ${fails.join(', ')}`, async () => {
      const examined = await at(hole, configText)
      expect(examined.with('fail').map((text) => text.split(':')[0])).toEqual([...fails])
      expect(examined.code).toBe(5)
    })
  }
})
