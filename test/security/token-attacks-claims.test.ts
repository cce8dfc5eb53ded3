/** Attacks through the claims of a token, with good signatures all along. One named group per attack. */
import { describe, expect, it } from 'bun:test'
import {
  decideOf,
  mainIssuer,
  makeGuard,
  policySettings,
  reasonFor,
  routeSettings,
} from '../support/make-guard.ts'
import { AUDIENCE, ISSUER, NOW_SECONDS, goodClaims, mint, mintPayload } from '../support/tokens.ts'

const decide = decideOf(makeGuard())

/** A good token in which the value of one claim is this JSON text. */
function withRaw(name: string, json: string): string {
  const { [name]: _replaced, ...others } = goodClaims()
  return mintPayload(`${JSON.stringify(others).slice(0, -1)},"${name}":${json}}`)
}

const NOT_DATES = [
  '"1790000600"',
  '"never"',
  'null',
  'true',
  'false',
  '[]',
  '[1790000600]',
  '{}',
  '""',
  '1e400',
  '-1e400',
  '-1',
  '253402300800',
  '9007199254740993',
  '1e300',
]

describe('attack: times of another type, which a lax comparison lets through', () => {
  for (const name of ['exp', 'nbf', 'iat']) {
    for (const json of NOT_DATES) {
      it(`refuses ${name} ${json}`, async () =>
        expect(await reasonFor(decide, withRaw(name, json))).toBe('claim_invalid'))
    }
    it(`refuses ${name} in milliseconds`, async () =>
      expect(await reasonFor(decide, withRaw(name, String(NOW_SECONDS * 1000)))).toBe('claim_invalid'))
  }
})

describe('attack: tokens that have expired, or never do (CVE-2026-44459)', () => {
  const strict = decideOf(makeGuard({ issuers: [mainIssuer({ leewaySeconds: 0 })] }))
  const cases = [
    ['0', 'token_expired'],
    ['-0', 'token_expired'],
    ['0.0', 'token_expired'],
    [String(NOW_SECONDS - 1), 'token_expired'],
    // RFC 7519 §4.1.4: "on or after" exp it must not be accepted.
    [String(NOW_SECONDS), 'token_expired'],
    [String(NOW_SECONDS + 1), 'ok'],
    ['253402300799', 'ok'],
  ] as const
  for (const [json, reason] of cases) {
    it(`judges exp ${json} as ${reason}`, async () =>
      expect(await reasonFor(strict, withRaw('exp', json))).toBe(reason))
  }
  it('refuses a token without exp', async () =>
    expect(await reasonFor(decide, mint({ claims: { exp: undefined } }))).toBe('exp_missing'))
  it('refuses an expired token whose exp comes again in another place', async () =>
    expect(
      await reasonFor(
        strict,
        mint({ claims: { exp: 1, nested: { exp: NOW_SECONDS + 600 }, Exp: NOW_SECONDS + 600 } }),
      ),
    ).toBe('token_expired'))
})

describe('attack: tokens from the future', () => {
  const cases = [
    [{ nbf: NOW_SECONDS + 31 }, 'token_not_yet_valid'],
    [{ nbf: NOW_SECONDS + 30 }, 'ok'],
    [{ nbf: 253_402_300_799 }, 'token_not_yet_valid'],
    [{ iat: NOW_SECONDS + 31 }, 'token_issued_in_future'],
    [{ iat: NOW_SECONDS + 30 }, 'ok'],
    [{ iat: 253_402_300_799, exp: 253_402_300_799 }, 'token_issued_in_future'],
  ] as const
  for (const [claims, reason] of cases) {
    it(`judges ${JSON.stringify(claims)} as ${reason}`, async () =>
      expect(await reasonFor(decide, mint({ claims }))).toBe(reason))
  }
})

describe('attack: an issuer that looks like ours (CVE-2024-53861)', () => {
  const texts = [
    `${ISSUER}/`,
    `${ISSUER} `,
    ` ${ISSUER}`,
    `${ISSUER}\n`,
    `${ISSUER}\u0000`,
    ISSUER.slice(0, -1),
    ISSUER.slice(0, 12),
    `${ISSUER}.evil.example`,
    `${ISSUER}#`,
    `${ISSUER}?`,
    ISSUER.toUpperCase(),
    ISSUER.replace('idp', 'IDP'),
    ISSUER.replace('https', 'http'),
    ISSUER.replace('example.com', 'example.com:443'),
    ISSUER.replace('example.com', 'example.com.'),
    ISSUER.replace('example.com', 'exаmple.com'),
    ISSUER.replace('/realms', '//realms'),
    ISSUER.replace('main', '%6dain'),
    'main',
    '',
    '__proto__',
    'constructor',
  ]
  for (const iss of texts) {
    it(`refuses ${JSON.stringify(iss)}`, async () =>
      expect(await reasonFor(decide, mint({ claims: { iss } }))).toBe('issuer_unknown'))
  }
  for (const iss of [undefined, null, 0, true, [ISSUER], [ISSUER, 'x'], { iss: ISSUER }, {}]) {
    it(`refuses an iss that is ${JSON.stringify(iss) ?? 'missing'}`, async () =>
      expect(await reasonFor(decide, mint({ claims: { iss } }))).toBe('issuer_unknown'))
  }
  it('takes an iss of another type for unknown, even if any issuer is accepted', async () => {
    const policies = [policySettings({ issuers: ['main'] })]
    const anyone = decideOf(
      makeGuard({ issuers: [mainIssuer({ issuer: null })], policies, routes: [routeSettings()] }),
    )
    expect(await reasonFor(anyone, mint({ claims: { iss: 'https://anyone.example' } }))).toBe('ok')
    expect(await reasonFor(anyone, mint({ claims: { iss: undefined } }))).toBe('ok')
    for (const iss of [null, 1, [ISSUER]])
      expect(await reasonFor(anyone, mint({ claims: { iss } }))).toBe('issuer_unknown')
  })
})

describe('attack: a stranger’s token if any issuer is accepted for one policy only', () => {
  it('leaves issuers of any iss to the policies that name them', async () => {
    const unnamed = decideOf(makeGuard({ issuers: [mainIssuer({ issuer: null })] }))
    expect(await reasonFor(unnamed, mint({ claims: { iss: 'https://anyone.example' } }))).toBe(
      'issuer_unknown',
    )
  })
})

describe('attack: an audience that nearly fits, or none (CVE-2025-62610)', () => {
  const cases = [
    [undefined, 'audience_missing'],
    [[], 'audience_missing'],
    ['', 'audience_mismatch'],
    ['api://other', 'audience_mismatch'],
    ['api://order', 'audience_mismatch'],
    [`${AUDIENCE}/`, 'audience_mismatch'],
    [`${AUDIENCE},api://other`, 'audience_mismatch'],
    [`api://other ${AUDIENCE}`, 'audience_mismatch'],
    [` ${AUDIENCE}`, 'audience_mismatch'],
    [AUDIENCE.toUpperCase(), 'audience_mismatch'],
    ['*', 'audience_mismatch'],
    ['__proto__', 'audience_mismatch'],
    [['api://other', 'x'], 'audience_mismatch'],
    [null, 'claim_invalid'],
    [true, 'claim_invalid'],
    [0, 'claim_invalid'],
    [{}, 'claim_invalid'],
    [{ [AUDIENCE]: true }, 'claim_invalid'],
    [{ 0: AUDIENCE, length: 1 }, 'claim_invalid'],
    [[[AUDIENCE]], 'claim_invalid'],
    [[AUDIENCE, null], 'claim_invalid'],
    [[AUDIENCE, ['x']], 'claim_invalid'],
    [['x', AUDIENCE], 'ok'],
    [AUDIENCE, 'ok'],
  ] as const
  for (const [aud, reason] of cases) {
    it(`judges aud ${JSON.stringify(aud) ?? '(missing)'} as ${reason}`, async () =>
      expect(await reasonFor(decide, mint({ claims: { aud } }))).toBe(reason))
  }
})

describe('attack: a token of another kind from the same issuer, RFC 8725 §3.11', () => {
  const kinds = [
    'logout+jwt',
    'application/logout+jwt',
    'LOGOUT+JWT',
    'dpop+jwt',
    'secevent+jwt',
    'kb+jwt',
    'dc+sd-jwt',
    'token-introspection+jwt',
    'oauth-authz-req+jwt',
    'entity-statement+jwt',
    'statuslist+jwt',
  ]
  for (const typ of kinds) {
    it(`refuses typ ${typ} even if no typ is asked for`, async () =>
      expect(await reasonFor(decide, mint({ header: { typ } }))).toBe('typ_not_allowed'))
  }
  it('refuses an ID token by its audience, which is the client', async () =>
    expect(await reasonFor(decide, mint({ claims: { aud: 'web-client', nonce: 'n', at_hash: 'h' } }))).toBe(
      'audience_mismatch',
    ))
  it('refuses an ID token by its typ if RFC 9068 is asked for', async () => {
    const rfc9068 = decideOf(makeGuard({ issuers: [mainIssuer({ typ: ['at+jwt'] })] }))
    for (const typ of ['at+jwt', 'AT+JWT', 'application/at+jwt', 'Application/AT+jwt']) {
      expect(await reasonFor(rfc9068, mint({ header: { typ } }))).toBe('ok')
    }
    for (const typ of [
      'JWT',
      'jwt',
      'application/jwt',
      'at+jwt ',
      'xat+jwt',
      'application/application/at+jwt',
      '',
      undefined,
    ]) {
      expect(await reasonFor(rfc9068, mint({ header: { typ } }))).toBe('typ_not_allowed')
    }
  })
  for (const typ of [null, 1, ['at+jwt'], { typ: 'JWT' }, true]) {
    it(`refuses a typ that is ${JSON.stringify(typ)}`, async () =>
      expect(await reasonFor(decide, mint({ header: { typ } }))).toBe('token_malformed'))
  }
})

describe('attack: a token bound to a key, replayed without the proof, RFC 9449 §7.2', () => {
  for (const cnf of [
    { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' },
    { 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' },
    {},
    null,
    false,
    '',
    [],
  ]) {
    it(`refuses cnf ${JSON.stringify(cnf)}`, async () =>
      expect(await reasonFor(decide, mint({ claims: { cnf } }))).toBe('sender_constraint_failed'))
  }
  it('allows it if the operator sets that another component checks the proof', async () => {
    const relaxed = decideOf(makeGuard({ issuers: [mainIssuer({ allowSenderConstrained: true })] }))
    expect(await reasonFor(relaxed, mint({ claims: { cnf: { jkt: 'x' } } }))).toBe('ok')
  })
})

describe('attack: registered claims of other types, which an application may trip over', () => {
  for (const name of ['sub', 'jti']) {
    for (const value of [null, 0, 1, true, ['admin'], { a: 1 }]) {
      it(`refuses ${name} ${JSON.stringify(value)}`, async () =>
        expect(await reasonFor(decide, mint({ claims: { [name]: value } }))).toBe('claim_invalid'))
    }
  }
})
