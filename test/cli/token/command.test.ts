import { afterAll, describe, expect, it } from 'bun:test'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createLocalJWKSet, exportJWK, jwtVerify } from 'jose'
import { createSandbox, makeToken, NOW, SECRET } from '../fixtures.ts'
import { errorCodeOf, NOW_MS, runWarder } from '../run-warder.ts'

const sandbox = createSandbox()
const config = `${sandbox.path}/warder.yaml`
afterAll(() => sandbox.remove())

interface Inspected {
  readonly schema: string
  readonly verified: boolean
  readonly header: Record<string, unknown>
  readonly claims: Record<string, unknown>
  readonly times: Record<string, { readonly at: string; readonly distance: string }>
}

const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

describe('token inspect', () => {
  it('decodes header and claims, with dates, and states that nothing is verified', async () => {
    const ran = await runWarder(['token', 'inspect', '--json'], {
      stdin: makeToken({}, 'some-other-secret-0123456789abcdef'),
    })
    const inspected = JSON.parse(ran.stdout) as Inspected
    expect(inspected).toMatchObject({
      schema: 'warder.token-inspect/v1',
      verified: false,
      header: { alg: 'HS256' },
      claims: { tenant: 'acme' },
    })
    expect(inspected.times['exp']).toEqual({ at: '2026-11-21T17:12:05Z', distance: 'in 2 m 10 s' })
    expect(inspected.times['iat']?.distance).toBe('3 m ago')
    expect([ran.code, ran.stderr.includes('NOT VERIFIED')]).toEqual([0, true])
  })

  it('keeps the digits of large numbers', async () => {
    const stdin = `${encode({ alg: 'HS256' })}.${encode('{"id":12345678901234567891}')}.AAAA`
    const { stdout } = await runWarder(['token', 'inspect', '--json'], { stdin })
    expect((JSON.parse(stdout) as Inspected).claims['id']).toBe('12345678901234567891')
  })

  it('never lets a claim control the terminal', async () => {
    const { stdout } = await runWarder(['token', 'inspect'], {
      stdin: makeToken({ sub: '\u001b]0;x\u0007\u009b31m\u202egnp.exe' }),
    })
    expect(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/.test(stdout)).toBe(false)
  })

  it('ignores white space and a scheme', async () => {
    for (const around of ['  TOKEN\n', 'Bearer TOKEN', 'bearer   TOKEN\r\n']) {
      expect(
        (await runWarder(['token', 'inspect'], { stdin: around.replace('TOKEN', makeToken()) })).code,
      ).toBe(0)
    }
  })

  it('takes a token from the arguments, with a warning', async () => {
    const { code, stderr } = await runWarder(['token', 'inspect', makeToken()])
    expect([code, stderr.includes('shell history')]).toEqual([0, true])
  })

  const malformed: readonly (readonly [string, string, string, RegExp])[] = [
    ['two parts', 'eyJh.eyJh', 'token_malformed', /2 parts/],
    ['five parts', 'a.b.c.d.e', 'token_encrypted', /five parts/],
    ['padding', `${encode({ alg: 'HS256' })}.e30=.AAAA`, 'token_malformed', /equals sign/],
    ['quotes', '"a.b.c"', 'token_malformed', /character 1 of 7 is a double quote/],
    ['a line break', 'a.b\n.c', 'token_malformed', /line break/],
    ['a variable', '$TOKEN', 'token_malformed', /dollar sign/],
    [
      'a signature that was cut off',
      `${encode({ alg: 'HS256' })}.${encode({})}.AAAAA`,
      'token_malformed',
      /signature has 5 characters/,
    ],
    [
      'a payload that is no object',
      `${encode({ alg: 'HS256' })}.${encode([])}.AAAA`,
      'token_malformed',
      /JSON object/,
    ],
    ['crit', `${encode({ alg: 'HS256', crit: ['x'] })}.${encode({})}.AAAA`, 'crit_unsupported', /crit/],
  ]
  for (const [name, stdin, reason, words] of malformed) {
    it(`reports ${reason} for ${name}, precisely`, async () => {
      const ran = await runWarder(['token', 'inspect', '--json'], { stdin })
      expect([ran.code, (JSON.parse(ran.stdout) as { reason: string }).reason]).toEqual([5, reason])
      expect(ran.stderr).toMatch(words)
    })
  }
})

describe('token verify', () => {
  const cases: readonly (readonly [string, readonly string[], string, string, number])[] = [
    ['a good token', [], makeToken(), 'ok', 0],
    ['another audience', [], makeToken({ aud: 'x' }), 'audience_mismatch', 5],
    [
      'a policy that asks for more',
      ['--policy', 'orders-read'],
      makeToken({ scope: 'openid' }),
      'scope_missing',
      5,
    ],
    ['a policy that reads cookies', ['--policy', 'browser'], makeToken(), 'ok', 0],
    ['a later time', ['--at', '2027-01-01T00:00:00Z'], makeToken(), 'token_expired', 5],
  ]
  for (const [name, args, stdin, reason, code] of cases) {
    it(`reports ${reason} for ${name}`, async () => {
      const ran = await runWarder(['token', 'verify', '-c', config, '--json', ...args], { stdin })
      expect(JSON.parse(ran.stdout)).toMatchObject({
        schema: 'warder.token-verify/v1',
        valid: code === 0,
        reason,
      })
      expect(ran.code).toBe(code)
      const asText = await runWarder(['token', 'verify', '-c', config, ...args], { stdin })
      expect(asText.stdout).toStartWith(code === 0 ? 'VALID  ok' : 'INVALID 40')
    })
  }
})

describe('token mint', () => {
  it('makes a token of an issuer with a secret, which the same configuration accepts', async () => {
    const minted = await runWarder([
      'token',
      'mint',
      '-c',
      config,
      '--issuer',
      'main',
      '--sub',
      'alice',
      '--scope',
      'orders:read',
      '--claim',
      'tenant="acme"',
    ])
    expect([minted.code, minted.stderr.includes('for tests')]).toEqual([0, true])
    const verified = await runWarder(['token', 'verify', '-c', config, '-p', 'orders-read', '--json'], {
      stdin: minted.stdout,
    })
    expect(JSON.parse(verified.stdout)).toMatchObject({ reason: 'ok' })
  })

  const pairs: readonly (readonly [
    string,
    {
      readonly privateKey: KeyObject
      readonly publicKey: KeyObject
    },
  ])[] = [
    ['RS256', generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    ['ES384', generateKeyPairSync('ec', { namedCurve: 'P-384' })],
    ['EdDSA', generateKeyPairSync('ed25519')],
  ]
  for (const [algorithm, { privateKey, publicKey }] of pairs) {
    it(`signs with a private key, by default ${algorithm}, so that jose accepts it`, async () => {
      const file = sandbox.write(`${algorithm}.pem`, privateKey.export({ type: 'pkcs8', format: 'pem' }))
      const { stdout } = await runWarder([
        'token',
        'mint',
        '--key-file',
        file,
        '--kid',
        'k1',
        '--iss',
        'https://a',
        '--aud',
        'x',
        '--aud',
        'y',
        '--expires',
        '5m',
      ])
      const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1' }] })
      const { payload, protectedHeader } = await jwtVerify(stdout.trim(), keys, {
        issuer: 'https://a',
        audience: 'y',
        currentDate: new Date(NOW_MS),
      })
      expect(protectedHeader).toEqual({ alg: algorithm, typ: 'JWT', kid: 'k1' })
      expect(payload).toEqual({ iss: 'https://a', aud: ['x', 'y'], iat: NOW, exp: NOW + 300 })
    })
  }

  it('lets --claim override the other flags', async () => {
    const file = sandbox.write('secret', `${SECRET}\n`)
    const { stdout } = await runWarder([
      'token',
      'mint',
      '--secret-file',
      file,
      '--json',
      '--claim',
      'exp=1',
      '--claim',
      '__proto__={"a":1}',
    ])
    const { claims } = JSON.parse(stdout) as { claims: Record<string, unknown> }
    expect(claims['exp']).toBe(1)
    expect(Object.hasOwn(claims, '__proto__')).toBe(true)
  })

  it('refuses a key that does not fit the algorithm, although the runtime would sign with it', async () => {
    const ran = await runWarder([
      'token',
      'mint',
      '--key-file',
      `${sandbox.path}/ES384.pem`,
      '--alg',
      'ES256',
    ])
    expect([ran.code, errorCodeOf(ran), ran.stdout]).toEqual([2, 'ERR_CLI_KEY_UNUSABLE', ''])
  })

  it('warns about a secret that no verifier should accept', async () => {
    const file = sandbox.write('short', 'short\n')
    expect((await runWarder(['token', 'mint', '--secret-file', file])).stderr).toContain('5 bytes')
  })
})
