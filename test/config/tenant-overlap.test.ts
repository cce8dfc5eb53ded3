import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { mayOverlap } from '../../src/settings/issuer/tenants.ts'
import { compileTenantTemplate, tenantOf } from '../../src/jwt/tenant-template.ts'
import { loadText } from './load-text.ts'

const CASES: readonly (readonly [one: string, other: string, overlap: boolean])[] = [
  ['https://x.example/{tenant}', 'https://x.example/a-{tenant}', true],
  ['https://x.example/a-{tenant}', 'https://x.example/{tenant}-b', true],
  ['https://{tenant}.example', 'https://a.{tenant}.example', true],
  ['https://x.example/a/{tenant}', 'https://x.example/{tenant}/b', true],
  ['https://x.example/{tenant}', 'https://x.example/{tenant}/v2.0', false],
  ['https://x.example/{tenant}', 'https://x.example/a/{tenant}', false],
  ['https://x.example/{tenant}', 'https://y.example/{tenant}', false],
  ['https://x.example/{tenant}/a', 'https://x.example/{tenant}/b', false],
  ['https://x.example/{tenant}', 'https://x.example/a', false],
]

describe('mayOverlap', () => {
  for (const [one, other, overlap] of CASES) {
    it(`is ${overlap} for ${one} and ${other}`, () => {
      expect([mayOverlap(one, other), mayOverlap(other, one)]).toEqual([overlap, overlap])
    })
  }

  it('is true wherever an iss is of both', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '-', '/'), maxLength: 3 })
    const template = fc.tuple(text, text).map(([before, behind]) => `${before}{tenant}${behind}`)
    fc.assert(
      fc.property(template, template, text, text, text, (one, other, a, b, c) => {
        const isOf = (iss: string): boolean =>
          [one, other].every((issuer) => tenantOf(compileTenantTemplate(issuer, 't'), iss) !== undefined)
        if (isOf(one.replace('{tenant}', a + b + c))) expect(mayOverlap(one, other)).toBe(true)
      }),
      { numRuns: 50_000 },
    )
  })
})

describe('two templates with every tenant', () => {
  const entry = (issuer: string): string =>
    `  - { issuer: "${issuer}", audience: a, tenants: any, tenant_claim: t, keys: { jwks_url: https://x.example/k } }\n`
  const load = async (one: string, other: string, more = '') =>
    loadText(`version: 1\nissuers:\n${entry(one)}${entry(other)}${more}`)

  for (const [one, other, overlap] of CASES.slice(0, -1)) {
    it(`are ${overlap ? 'refused' : 'accepted'}: ${one} and ${other}`, async () => {
      const loaded = await load(one, other)
      const codes = loaded.ok ? [] : loaded.error.diagnostics.map(({ code }) => code)
      expect(codes.filter((code) => code.startsWith('ERR_'))).toEqual(
        overlap ? ['ERR_CONFIG_ISSUER_AMBIGUOUS'] : [],
      )
    })
  }
})
