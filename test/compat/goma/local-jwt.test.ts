import { describe, expect, it } from 'bun:test'
import { loadInstanceText } from '../../../src/app/load-instance.ts'
import { systemKeyDeps } from '../../../src/app/system.ts'
import fc from 'fast-check'
import { translateClaims } from '../../../src/compat/goma/middlewares/claims.ts'
import { compileClaimRule } from '../../../src/claims/compile-claim-rule.ts'
import { convertConfig } from '../../../src/compat/convert.ts'
import { formatDiagnostics } from '../../../src/config/format-diagnostics.ts'
import { loadBad, loadGood } from '../../config/load-text.ts'
import { jwksBytes, keyPair, pem, publicJwk } from '../../keys/key-pairs.ts'
import { goma, SECRET } from './goma-config.ts'

/** One route with a middleware of this rule. */
const withRule = (rule: Readonly<Record<string, unknown>>): string => {
  const middleware = {
    name: 'g',
    type: 'jwtAuth',
    paths: ['/*'],
    rule: { issuer: 'me', audience: 'you', ...rule },
  }
  return goma('middlewares: [g]', `middlewares:\n  - ${JSON.stringify(middleware)}\n`)
}
const LINE_OF_RULE = 10
const pair = keyPair('P-256')
const PEM = pem(pair.publicKey)
const JWKS = new TextDecoder().decode(jwksBytes(publicJwk(pair, { kid: 'a' })))
const PRIVATE_PEM = pair.privateKey.export({ format: 'pem', type: 'pkcs8' })
const PRIVATE_JWKS = JSON.stringify({ keys: [pair.privateKey.export({ format: 'jwk' })] })
const base64 = (text: string): string => Buffer.from(text).toString('base64')

describe('an issuer or an audience of jwtAuth', () => {
  it('is a text that tokens must have, whatever the word means in a warder.yaml', async () => {
    const { diagnostics } = await loadBad(withRule({ secret: SECRET, issuer: 'any' }))
    expect(diagnostics.map(({ code, position }) => [code as string, position?.line])).toEqual([
      ['ERR_COMPAT_ISSUER_ANY', LINE_OF_RULE],
    ])
    const { settings } = await loadGood(withRule({ secret: SECRET, audience: 'any' }))
    expect(settings.issuers[0]?.audience).toEqual(['any'])
  })

  it('belongs to a policy, even if the middleware has a name that no key of a warder.yaml may have', async () => {
    const text = withRule({ secret: SECRET })
      .replace('"name":"g"', '"name":"__proto__"')
      .replace('[g]', '[__proto__]')
    const { settings } = await loadGood(text)
    expect(settings.policies.map(({ name }) => name)).toEqual(['middleware-0'])
    expect(settings.routes[0]?.access).toEqual({ kind: 'policy', policy: 'middleware-0' })
  })

  it('is absent if it is empty, and so is an algorithm', async () => {
    const empty = { secret: SECRET, issuer: '', audience: '', alg: '', algo: '' }
    const { settings } = await loadGood(withRule(empty))
    const without = await loadGood(withRule({ secret: SECRET, issuer: undefined, audience: undefined }))
    expect(settings).toEqual(without.settings)
    expect(settings.issuers[0]?.issuer).toBeNull()
    await loadBad(withRule({ secret: SECRET, issuer: ' ' }))
  })

  it('are followed by an expression that is not blank', async () => {
    const { diagnostics } = await loadBad(withRule({ secret: SECRET, claimsExpression: '  ' }))
    expect(diagnostics.map(({ code }) => code as string)).toEqual(['ERR_CONFIG_VALUE'])
  })
})

describe('a key of jwtAuth', () => {
  /** What is written, and where the keys come from. */
  const GOOD: readonly (readonly [string, Readonly<Record<string, unknown>>, object])[] = [
    [
      'the path of a PEM file',
      { publicKey: 'keys/a.pem' },
      { kind: 'pem_file', files: ['/etc/warder/keys/a.pem'] },
    ],
    ['PEM', { publicKey: PEM }, { kind: 'pem', texts: [PEM.trim()] }],
    ['PEM in base64', { publicKey: base64(PEM) }, { kind: 'pem', texts: [PEM.trim()] }],
    [
      'PEM in base64 by lines',
      { publicKey: base64(PEM).replaceAll(/.{64}/g, '$&\n') },
      { kind: 'pem', texts: [PEM.trim()] },
    ],
    ['the path of a JWK set', { jwksFile: '/keys.json' }, { kind: 'jwks_file', file: '/keys.json' }],
    ['a JWK set', { jwksFile: JWKS }, { kind: 'jwks', text: JWKS }],
    ['a JWK set in base64', { jwksFile: base64(JWKS), publicKey: '' }, { kind: 'jwks', text: JWKS }],
  ]
  for (const [what, rule, keys] of GOOD) {
    it(`may be ${what}`, async () => {
      const original = await loadGood(withRule(rule))
      expect(original.settings.issuers[0]?.keys).toEqual(keys as never)
      expect((await loadGood(convertConfig(original))).settings).toEqual(original.settings)
    })
  }

  /** What is written, and its diagnostic. */
  const BAD: readonly (readonly [string, Readonly<Record<string, unknown>>, string])[] = [
    ['nothing of all that', { publicKey: 'my-key' }, 'ERR_CONFIG_VALUE'],
    ['base64 of something else', { jwksFile: base64('something else than a key') }, 'ERR_CONFIG_VALUE'],
    ['encrypted for Goma', { publicKey: '-----BEGIN PGP MESSAGE-----\nx' }, 'ERR_COMPAT_UNSUPPORTED'],
    ['absent', { publicKey: '' }, 'ERR_CONFIG_EXACTLY_ONE'],
    ['there twice', { publicKey: PEM, jwksFile: JWKS }, 'ERR_CONFIG_EXACTLY_ONE'],
  ]
  for (const [what, rule, code] of BAD) {
    it(`is refused in its line if it is ${what}: ${code}`, async () => {
      const { diagnostics } = await loadBad(withRule(rule))
      expect(diagnostics.map((found) => [found.code as string, found.position?.line])).toEqual([
        [code, LINE_OF_RULE],
      ])
    })
  }

  /** What would be verified with, and its diagnostic once it is read. */
  const UNUSABLE: readonly (readonly [string, Readonly<Record<string, unknown>>, string])[] = [
    ['a private key', { publicKey: PRIVATE_PEM }, 'ERR_KEYS_PRIVATE_KEY'],
    ['a private key in base64', { publicKey: base64(PRIVATE_PEM) }, 'ERR_KEYS_PRIVATE_KEY'],
    ['a private key in a set', { jwksFile: PRIVATE_JWKS }, 'ERR_KEYS_PRIVATE_KEY'],
    ['a private key in a set in base64', { jwksFile: base64(PRIVATE_JWKS) }, 'ERR_KEYS_PRIVATE_KEY'],
    ['a set in place of a key', { publicKey: JWKS }, 'ERR_KEYS_PEM_INVALID'],
    ['a key in place of a set', { jwksFile: PEM }, 'ERR_KEYS_JWKS_INVALID'],
    ['a damaged key', { publicKey: PEM.replace(/^MF/m, 'XX') }, 'ERR_KEYS_PEM_INVALID'],
  ]
  for (const [what, rule, code] of UNUSABLE) {
    it(`is refused, and not shown, if it is ${what}: ${code}`, async () => {
      const loaded = await loadInstanceText(withRule(rule), 'goma.yml', systemKeyDeps)
      if (loaded.ok) throw new Error('not refused')
      const { diagnostics, source } = loaded.error
      const errors = diagnostics.filter(({ severity }) => severity === 'error')
      expect(errors.map((found) => [found.code as string, found.position?.line])).toEqual([
        [code, LINE_OF_RULE],
      ])
      const shown = formatDiagnostics(diagnostics, source)
      const [written = ''] = Object.values(rule).map((value) => JSON.stringify(value).slice(1, -1))
      expect(shown).not.toContain(written.slice(40, 80))
    })
  }
})

describe('claimsExpression', () => {
  const load = (claimsExpression: string) => loadGood(withRule({ secret: SECRET, claimsExpression }))

  /** The expression, and for which claims it holds. */
  const CASES: readonly (readonly [string, readonly object[], readonly object[]])[] = [
    ['', [{}], []],
    [
      'Equals(`role`, `admin`)',
      [{ role: 'admin' }],
      [{}, { role: 'Admin' }, { role: ['admin'] }, { role: 'administrator' }],
    ],
    ["Equals('role', 'admin')", [{ role: 'admin' }], [{ role: 'user' }]],
    [' ( ( Equals ( "role","admin" ) ) ) ', [{ role: 'admin' }], [{ role: 'user' }]],
    [
      'Equals(`email_verified`, `true`)',
      [{ email_verified: true }, { email_verified: 'true' }],
      [{ email_verified: false }, { email_verified: 1 }],
    ],
    ['Equals(`level`, 42)', [{ level: 42 }, { level: '42' }], [{ level: 43 }, { level: '042' }]],
    ['Equals(`level`, 042)', [{ level: '042' }], [{ level: 42 }]],
    [
      'OneOf(`user.role`, `admin`, `owner`)',
      [{ user: { role: 'owner' } }],
      [{ user: { role: 'x' } }, { 'user.role': 'admin' }],
    ],
    // Not a part of a text, and not a part of a member.
    [
      'Contains(`roles`, `admin`)',
      [{ roles: ['x', 'admin'] }],
      [{ roles: ['not-admin'] }, { roles: 'admin' }, {}],
    ],
    [
      'Contains(`roles`, `a`) && (Contains(`roles`, `b`) && Equals(`x`, `1`))',
      [{ roles: ['b', 'a'], x: 1 }],
      [{ roles: ['a'], x: 1 }, { roles: ['a', 'b'] }],
    ],
    ['OneOf(`r`, `a`, `b`) && OneOf(`r`, `b`, `c`)', [{ r: 'b' }], [{ r: 'a' }, { r: 'c' }]],
    ['Equals(`a\\b`, `c && d) || (`)', [{ 'a\\b': 'c && d) || (' }], [{ 'a\\b': 'c' }]],
  ]
  for (const [expression, passing, failing] of CASES) {
    it(`means exactly its text: ${expression || '(empty)'}`, async () => {
      const original = await load(expression)
      const rules = (original.settings.policies[0]?.claims ?? []).map(compileClaimRule)
      const holds = (claims: object): boolean => rules.every((rule) => rule.holds(claims as never))
      expect(passing.filter((claims) => !holds(claims))).toEqual([])
      expect(failing.filter((claims) => holds(claims))).toEqual([])
      expect((await loadGood(convertConfig(original))).settings).toEqual(original.settings)
    })
  }

  it('is read to its last character', () => {
    const call = fc.constantFrom('Equals(`a`,`b`)', "OneOf('c', 'd', 'e')", '( Contains(`f`, g) )')
    const piece = fc.constantFrom(
      '&&',
      '||',
      '&',
      'AND',
      '!',
      '(',
      ')',
      ',',
      '`',
      "'",
      ';',
      'x',
      'Equals',
      ' ',
      '\n',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(call, piece), { maxLength: 12 }), (parts) => {
        const text = parts.join('')
        const isConjunction = /^[\s(]*CALL[\s)]*(?:&&[\s(]*CALL[\s)]*)*$/.test(
          text.replaceAll(/Equals\(`a`,`b`\)|OneOf\('c', 'd', 'e'\)|\( Contains\(`f`, g\) \)/g, 'CALL'),
        )
        if (translateClaims(text).ok) expect([text, isConjunction]).toEqual([text, true])
      }),
      { numRuns: 2_000 },
    )
  })

  /** What cannot be expressed, the code, and the character that the message names. */
  const REFUSED: readonly (readonly [string, string, number | undefined])[] = [
    // Each of these was read up to its first condition, and let a user pass for an admin.
    ['Equals(`role`,`user`) & Equals(`role`,`admin`)', 'ERR_CONFIG_VALUE', 23],
    ['Equals(`role`,`user`) AND Equals(`role`,`admin`)', 'ERR_CONFIG_VALUE', 23],
    ['Equals(`role`,`user`) Equals(`role`,`admin`)', 'ERR_CONFIG_VALUE', 23],
    ['Equals(`role`,`user`))', 'ERR_CONFIG_VALUE', 22],
    ['Equals(`role`,`user`);', 'ERR_CONFIG_VALUE', 22],
    ['Equals(`a`,`b`) || Equals(`c`,`d`)', 'ERR_COMPAT_UNSUPPORTED', 17],
    ['(Equals(`a`,`b`) && (Equals(`c`,`d`) || Equals(`e`,`f`)))', 'ERR_COMPAT_UNSUPPORTED', 38],
    ['!Equals(`suspended`,`true`)', 'ERR_COMPAT_UNSUPPORTED', 1],
    ['Equals(`a`,`b`) && !(Equals(`c`,`d`))', 'ERR_COMPAT_UNSUPPORTED', 20],
    ['Equals(`a`,`b`) && Prefix(`sub`,`user_`)', 'ERR_COMPAT_UNSUPPORTED', 20],
    ['Contains(`roles`,`a`,`b`)', 'ERR_COMPAT_UNSUPPORTED', 1],
    ['Equals(`a`,`b`,`c`)', 'ERR_CONFIG_VALUE', 1],
    ['Equals(`a`)', 'ERR_CONFIG_VALUE', 11],
    ['Equals(``,`b`)', 'ERR_CONFIG_VALUE', 8],
    ['Equals(a,`b`)', 'ERR_CONFIG_VALUE', 8],
    ['Equals(`a`,`b)', 'ERR_CONFIG_VALUE', 12],
    ["Equals(`a`,'b`)", 'ERR_CONFIG_VALUE', 12],
    ['Equals(`a..b`,`c`)', 'ERR_CONFIG_CLAIM_PATH', 1],
    ['equals(`a`,`b`)', 'ERR_CONFIG_VALUE', 1],
    ['Equals(`a`,`b`) &&', 'ERR_CONFIG_VALUE', 19],
    ['(Equals(`a`,`b`)', 'ERR_CONFIG_VALUE', 17],
    ['()', 'ERR_CONFIG_VALUE', 2],
    ['claims.role == "admin"', 'ERR_CONFIG_VALUE', 13],
    ['Equals(`a`,`b`) && Equals(`a`,`c`)', 'ERR_CONFIG_VALUE', 20],
    ['Equals(`a`,`b`) && Contains(`a`,`b`)', 'ERR_CONFIG_VALUE', 20],
    [`${'('.repeat(40)}Equals(\`a\`,\`b\`)${')'.repeat(40)}`, 'ERR_CONFIG_VALUE', undefined],
    [`Equals(\`a\`,\`${'b'.repeat(5_000)}\`)`, 'ERR_CONFIG_VALUE', undefined],
  ]
  for (const [expression, code, at] of REFUSED) {
    it(`is ${code}: ${expression.slice(0, 60)}`, async () => {
      const { diagnostics } = await loadBad(withRule({ secret: SECRET, claimsExpression: expression }))
      expect(diagnostics.map((found) => [found.code as string, found.position?.line])).toEqual([
        [code, LINE_OF_RULE],
      ])
      expect(diagnostics[0]?.pointer).toBe('/middlewares/0/rule/claimsExpression')
      if (at !== undefined) expect(diagnostics[0]?.message).toMatch(new RegExp(`character ${at}\\b`))
    })
  }
})

describe('forwardAuthorization', () => {
  for (const [written, isStripped] of [
    [{}, true],
    [{ forwardAuthorization: false }, true],
    [{ forwardAuthorization: true }, undefined],
  ] as const) {
    it(`${JSON.stringify(written)} ${isStripped ? 'takes the token out' : 'leaves the token in its header'}`, async () => {
      const { settings } = await loadGood(withRule({ secret: SECRET, ...written }))
      expect(settings.upstreams[0]?.stripToken).toBe(isStripped)
    })
  }
})
