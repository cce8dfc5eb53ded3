import { describe, expect, it } from 'bun:test'
import { compareIssuers } from '../../../../src/decision/explain/causes/issuer-causes.ts'

const REALM = 'https://kc.example.com/realms/main'

describe('two issuers that are nearly the same', () => {
  const cases: readonly (readonly [token: string, configured: string, difference: string | undefined])[] = [
    [`${REALM}/`, REALM, 'a trailing slash'],
    ['https://KC.example.com/realms/Main', REALM, 'upper and lower case'],
    ['http://kc.example.com/realms/main', REALM, 'http and https'],
    ['accounts.google.com', 'https://accounts.google.com', 'in front'],
    ['https://kc.example.com:8443/realms/main', REALM, 'the port'],
    ['https://kc.example.com/auth/realms/main', REALM, '/auth'],
    ['https://login.example.com/tenant', 'https://login.example.com/tenant/v2.0', 'the version'],
    ['http://kc.example.com:8080/auth/realms/main/', REALM, 'several'],
    ['https://keycloak:8080/realms/main', REALM, 'the host'],
    ['https://kc.example.com/realms/other', REALM, 'the path'],
    ['https://idp.example.org/', REALM, undefined],
    ['https://idp.example.org', REALM, undefined],
    ['', REALM, undefined],
    [`${REALM}/${'a'.repeat(512)}`, REALM, undefined],
    ['not a url', REALM, undefined],
  ]
  for (const [token, configured, difference] of cases) {
    it(`differ by ${difference ?? 'too much'}: ${token.slice(0, 50)}`, () => {
      const found = compareIssuers(token, ['https://first.example', configured])
      expect(found?.configured).toBe(difference === undefined ? (undefined as never) : configured)
      if (difference !== undefined) expect(found?.difference).toContain(difference)
    })
  }
})
