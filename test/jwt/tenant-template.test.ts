import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { compileIssuer, compileIssuerMap, pickIssuer, type Issuer } from '../../src/jwt/issuer.ts'
import type { IssuerSettings } from '../../src/settings/issuer/definition.ts'
import {
  checkTenantClaim,
  compileTenantTemplate,
  isKeyOfTenant,
  tenantOf,
} from '../../src/jwt/tenant-template.ts'

const ENTRA = 'https://login.microsoftonline.com/{tenant}/v2.0'
const GUID = '9188040d-6c67-4c5b-b112-36a304b66dad'
const template = compileTenantTemplate(ENTRA, 'tid')
const issOf = (tenant: string): string => ENTRA.replace('{tenant}', () => tenant)

describe('tenantOf', () => {
  const others: readonly string[] = [
    issOf(''),
    issOf('a/b'),
    issOf('a%2Fb'),
    issOf('..'),
    issOf('.'),
    issOf('a?x='),
    issOf('a#'),
    issOf('a@b'),
    issOf('a\n'),
    issOf('é'),
    issOf('a'.repeat(65)),
    issOf('{tenant}'),
    `${issOf('a')}/`,
    ` ${issOf('a')}`,
    issOf('a').replace('https', 'http'),
    issOf('a').replace('login', 'evil.login'),
    issOf('a').replace('.com', '.com.evil.example'),
    'https://login.microsoftonline.com/v2.0',
    'https://login.microsoftonline.com//v2.0',
    'https://login.microsoftonline.com/',
    '/v2.0',
    '',
  ]
  for (const iss of others)
    it(`finds none in ${JSON.stringify(iss)}`, () => expect(tenantOf(template, iss)).toBeUndefined())

  it('finds the tenant between what is written around it, and nowhere else', () =>
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9A-Za-z_-][0-9A-Za-z._-]{0,63}$/), fc.string(), (tenant, more) => {
        expect(tenantOf(template, issOf(tenant))).toBe(tenant)
        if (more === '') return
        expect(tenantOf(template, `${more}${issOf(tenant)}`)).toBeUndefined()
        expect(tenantOf(template, `${issOf(tenant)}${more}`)).toBeUndefined()
      }),
    ))

  it('does not let the two ends overlap', () =>
    expect(tenantOf(compileTenantTemplate('https://a/x{tenant}x', 't'), 'https://a/x')).toBeUndefined())
})

describe('checkTenantClaim', () => {
  const iss = issOf(GUID)
  const table: readonly (readonly [claims: Readonly<Record<string, unknown>>, reason: string])[] = [
    [{ iss, tid: GUID }, 'ok'],
    [{ iss }, 'claim_missing'],
    [{ iss, tid: null }, 'claim_missing'],
    [{ iss, tid: '' }, 'claim_invalid'],
    [{ iss, tid: GUID.toUpperCase() }, 'claim_invalid'],
    [{ iss, tid: [GUID] }, 'claim_invalid'],
    [{ iss, tid: 'other' }, 'claim_invalid'],
    [{ iss: issOf('other'), tid: GUID }, 'claim_invalid'],
    [{ iss: `${iss}/`, tid: GUID }, 'claim_invalid'],
    [{ tid: GUID }, 'claim_invalid'],
  ]
  for (const [claims, reason] of table) {
    it(`is ${reason} for ${JSON.stringify(claims)}`, () => {
      const checked = checkTenantClaim(template, claims)
      expect(checked.ok ? 'ok' : checked.error.reason).toBe(reason as never)
    })
  }
})

describe('isKeyOfTenant', () => {
  const iss = issOf(GUID)
  const table: readonly (readonly [keyIssuer: string | undefined, isOf: boolean])[] = [
    [undefined, true],
    ['https://login.microsoftonline.com/{tenantid}/v2.0', true],
    [iss, true],
    [issOf('other'), false],
    ['https://login.microsoftonline.us/{tenantid}/v2.0', false],
    ['{tenantid}', false],
    ['', false],
  ]
  for (const [keyIssuer, isOf] of table)
    it(`is ${isOf} for a key of ${keyIssuer ?? 'no issuer'}`, () =>
      expect(isKeyOfTenant(template, keyIssuer, iss)).toBe(isOf))
  it('is false for what is no tenant', () => expect(isKeyOfTenant(template, '{tenantid}', 1)).toBe(false))
})

describe('pickIssuer with templates', () => {
  const make = (name: string, issuer: string, more: object = {}): Issuer =>
    compileIssuer(
      { name, issuer, audience: null, algorithms: ['RS256'], ...more } as unknown as IssuerSettings,
      undefined as never,
    )
  const any = { anyTenant: { claim: 'tid' } }
  const pick = (iss: string, ...issuers: readonly Issuer[]): string | undefined =>
    pickIssuer(compileIssuerMap(issuers), iss)?.settings.name

  it('takes the exact issuer first, then the one template that fits', () => {
    const all = [make('every', ENTRA, any), make('own', issOf('own'))]
    expect([pick(issOf('own'), ...all), pick(issOf('a'), ...all), pick(ENTRA, ...all)]).toEqual([
      'own',
      'every',
      undefined,
    ])
  })

  it('takes none if two fit', () => {
    const all = [make('one', 'https://a/{tenant}', any), make('two', 'https://a/x{tenant}', any)]
    expect([pick('https://a/y', ...all), pick('https://a/xy', ...all)]).toEqual(['one', undefined])
  })
})
