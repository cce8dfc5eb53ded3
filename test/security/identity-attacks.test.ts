/** Attacks through claims that are handed on to the application as headers. */
import { describe, expect, it } from 'bun:test'
import type { IdentityHeaderSettings } from '../../src/settings/policy/definition.ts'
import type { Decision } from '../../src/decision/decision.ts'
import { ask, bearer, decideOf, makeGuard, policySettings, routeSettings } from '../support/make-guard.ts'
import { goodClaims, mintPayload } from '../support/tokens.ts'

const headerOf = (arrays: 'csv' | 'json'): IdentityHeaderSettings => ({
  name: `X-${arrays}`,
  claim: 'v',
  arrays,
  encoding: 'percent',
  maxBytes: 4096,
})

/** The decision about a token whose claim `v` is this JSON text, under a policy that passes it on. */
function judgeValue(json: string, ...kinds: readonly ('csv' | 'json')[]): Promise<Decision> {
  const identity = (kinds.length === 0 ? (['csv', 'json'] as const) : kinds).map(headerOf)
  const guard = makeGuard({
    policies: [policySettings({ identity })],
    routes: [routeSettings()],
    maxTokenBytes: 65_536,
  })
  const token = mintPayload(`${JSON.stringify(goodClaims()).slice(0, -1)},"v":${json}}`)
  return ask(decideOf(guard), bearer(token))
}

describe('attack: claims that become another header value than they were', () => {
  const written: readonly (readonly [string, string, string])[] = [
    [String.raw`"a\r\nX-Admin: 1"`, 'a%0D%0AX-Admin: 1', 'a%0D%0AX-Admin: 1'],
    [String.raw`"a\u0000b"`, 'a%00b', 'a%00b'],
    [String.raw`"\u0085\u2028"`, '%C2%85%E2%80%A8', '%C2%85%E2%80%A8'],
    ['"é😀"', '%C3%A9%F0%9F%98%80', '%C3%A9%F0%9F%98%80'],
    ['" a "', '%20a%20', '%20a%20'],
    ['"%0d%0a"', '%250d%250a', '%250d%250a'],
    ['12345678901234567890', '12345678901234567890', '12345678901234567890'],
    ['9007199254740993', '9007199254740993', '9007199254740993'],
    ['-9223372036854775808', '-9223372036854775808', '-9223372036854775808'],
    ['true', 'true', 'true'],
    ['0', '0', '0'],
    ['null', '', ''],
  ]
  for (const [json, csv, text] of written) {
    it(`writes ${json} as ${csv}`, async () =>
      expect(await judgeValue(json)).toMatchObject({ reason: 'ok', identity: [csv, text] }))
  }
  const refused = [
    `"${'a'.repeat(5000)}"`,
    String.raw`"\ud800"`,
    String.raw`"a\udfff"`,
    '1e400',
    '1e25',
    '123456789012345678901e1',
    '{"a":1}',
    '[["a"]]',
    '["a",null]',
    '[""]',
    '["a","",["b"]]',
    String.raw`["\ud800"]`,
    '[1e400]',
  ]
  for (const json of refused) {
    it(`refuses ${json.slice(0, 30)} if it has no single form`, async () =>
      expect(await judgeValue(json)).toMatchObject({ reason: 'identity_unfit', status: 403 }))
  }
  it('refuses a value of 20 KB instead of cutting it', async () =>
    expect((await judgeValue(`"${'a'.repeat(20_000)}"`)).reason).toBe('identity_unfit'))
  it('keeps commas in an element apart from commas between elements', async () =>
    expect(await judgeValue('["a,admin","b"]')).toMatchObject({
      identity: ['a%2Cadmin,b', '["a,admin","b"]'],
    }))
  for (const json of ['[1e400]', '{"a":1e400}', '[-1e999]', '[1e25]', '{"a":[1e25]}']) {
    it(`never writes null or a rounded number for ${json}`, async () =>
      expect((await judgeValue(json, 'json')).reason).toBe('identity_unfit'))
  }
  it('writes JSON in visible ASCII that reads back to the same value', async () => {
    const value = { 'é\r\n': ['\u0000', '😀', '\ud800', ' ', '%'], b: { c: [1.5, true, null] } }
    const decision = await judgeValue(JSON.stringify(value), 'json')
    const [header = ''] = decision.outcome === 'allow' ? decision.identity : []
    expect(header).toMatch(/^[\x20-\x7e]+$/)
    expect(JSON.parse(header)).toEqual(value)
  })
})
