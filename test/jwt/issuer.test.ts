import { describe, expect, it } from 'bun:test'
import { compileIssuerMap, pickIssuer, type Issuer } from '../../src/jwt/issuer.ts'
import { mainIssuer } from '../support/make-guard.ts'

const GOOGLE = 'https://accounts.google.com'
const OTHER = 'accounts.google.com'
const issuer = (name: string, iss: string | null, issuerAliases?: readonly string[]): Issuer =>
  ({ settings: { name, issuer: iss, ...(issuerAliases && { issuerAliases }) } }) as unknown as Issuer

describe('pickIssuer', () => {
  const table: readonly (readonly [issuers: readonly Issuer[], iss: unknown, name: string | undefined])[] = [
    [[issuer('a', GOOGLE, [OTHER])], GOOGLE, 'a'],
    [[issuer('a', GOOGLE, [OTHER])], OTHER, 'a'],
    [[issuer('a', GOOGLE, [OTHER])], `${OTHER}/`, undefined],
    [[issuer('a', GOOGLE, [OTHER])], [OTHER], undefined],
    [[issuer('a', GOOGLE)], OTHER, undefined],
    [[issuer('a', GOOGLE, [OTHER]), issuer('b', OTHER)], OTHER, 'b'],
    [[issuer('b', OTHER), issuer('a', GOOGLE, [OTHER])], OTHER, 'b'],
    [[issuer('a', GOOGLE), issuer('any', null)], undefined, 'any'],
    [[issuer('a', GOOGLE), issuer('any', null)], '__proto__', 'any'],
    [[issuer('a', GOOGLE), issuer('any', null)], 1, undefined],
  ]
  for (const [issuers, iss, name] of table) {
    it(`of ${issuers.map(({ settings }) => settings.name).join()} is ${name ?? 'none'} for ${JSON.stringify(iss)}`, () =>
      expect(pickIssuer(compileIssuerMap(issuers), iss)?.settings.name).toBe(name))
  }
})

describe('compileIssuer', () => {
  it('takes the name of a claim for one name, and shows it as it was written', () => {
    const { claims } = mainIssuer({ claims: [{ path: 'https://a\\.example/tid', in: ['x'] }] })
    expect(claims.map(({ claim }) => claim)).toEqual(['https://a.example/tid'])
    expect(claims[0]?.holds({ 'https://a.example/tid': 'x' })).toBe(true)
    expect(claims[0]?.holds({ 'https://a': { 'example/tid': 'x' } })).toBe(false)
  })
})
