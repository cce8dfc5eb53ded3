/** Attacks on the algorithm, the signature and the key: one named group per attack. */
import { describe, expect, it } from 'bun:test'
import { decideOf, makeGuard, mainIssuer, reasonFor } from '../support/make-guard.ts'
import { jwkOf, jwksSource } from '../support/key-sources.ts'
import * as mintery from '../support/tokens.ts'
import { EC, RSA, ecdsa, eddsa, hmac, mint, noSignature, pss, rsa } from '../support/tokens.ts'

const decide = decideOf(makeGuard())

describe('without the attack, the same token is allowed', () => {
  const good = [
    ['RS256', mint()],
    ['ES256', mint({ header: { alg: 'ES256', kid: 'ec' }, signer: ecdsa() })],
    ['EdDSA', mint({ header: { alg: 'EdDSA', kid: 'ed' }, signer: eddsa() })],
    ['HS256', mintery.mintHmac()],
  ] as const
  for (const [alg, token] of good) {
    it(`allows a good ${alg} token`, async () => expect(await reasonFor(decide, token)).toBe('ok'))
  }
})

describe('attack: an unsecured token (`alg: none`), RFC 7519 §6', () => {
  const spellings = [
    'none',
    'None',
    'NONE',
    'nOnE',
    ' none',
    'none ',
    'none\u0000',
    '',
    'nоne',
    'null',
    null,
    ['none'],
    ['RS256'],
    { alg: 'RS256' },
    0,
    true,
  ]
  const signers = [
    ['no signature', noSignature],
    ['a real signature', rsa()],
  ] as const
  for (const alg of spellings) {
    for (const [name, signer] of signers) {
      it(`refuses alg ${JSON.stringify(alg)} with ${name}`, async () =>
        expect(await reasonFor(decide, mint({ header: { alg }, signer }))).toBe('alg_not_allowed'))
    }
  }
  it('refuses a header without alg', async () =>
    expect(await reasonFor(decide, mint({ header: { alg: undefined } }))).toBe('alg_not_allowed'))
  it('refuses the algorithm in another letter case, or as another name of it', async () => {
    for (const alg of [
      'rs256',
      'Rs256',
      'RS256 ',
      'RSA-SHA256',
      'sha256WithRSAEncryption',
      '__proto__',
      'constructor',
      'toString',
    ]) {
      expect(await reasonFor(decide, mint({ header: { alg } }))).toBe('alg_not_allowed')
    }
  })
  for (const alg of ['RS256', 'ES256', 'EdDSA']) {
    it(`refuses an empty signature under ${alg}`, async () =>
      expect(await reasonFor(decide, mint({ header: { alg, kid: undefined }, signer: noSignature }))).toBe(
        'signature_invalid',
      ))
  }
  it('refuses an empty signature under HS256', async () =>
    expect(await reasonFor(decide, mintery.mintHmac({ signer: noSignature }))).toBe('signature_invalid'))
})

describe('attack: RS/HS confusion, the public key used as a shared secret', () => {
  const pem = RSA.publicKey.export({ type: 'spki', format: 'pem' })
  const jwk = RSA.publicKey.export({ format: 'jwk' })
  const secrets: readonly (readonly [string, string | Uint8Array])[] = [
    ['SPKI PEM', pem],
    ['SPKI PEM without its last newline', pem.trimEnd()],
    ['SPKI PEM with CRLF', pem.replaceAll('\n', '\r\n')],
    ['SPKI PEM behind a newline', `\n${pem}`],
    ['SPKI PEM behind a zero-width space', `\u200B${pem}`],
    ['SPKI PEM behind a comment', `# key\n${pem}`],
    ['PKCS#1 PEM', RSA.publicKey.export({ type: 'pkcs1', format: 'pem' })],
    ['SPKI DER', RSA.publicKey.export({ type: 'spki', format: 'der' })],
    ['PKCS#1 DER', RSA.publicKey.export({ type: 'pkcs1', format: 'der' })],
    ['bytes of n', Buffer.from(String(jwk.n), 'base64url')],
    ['text of n', String(jwk.n)],
    ['JWK JSON', JSON.stringify(jwk)],
    ['JWK JSON with its kid', JSON.stringify({ ...jwk, kid: 'rsa' })],
    ['the empty secret', ''],
  ]
  for (const [name, secret] of secrets) {
    for (const kid of ['rsa', undefined]) {
      it(`refuses HS256 with ${name} ${kid === undefined ? 'and no kid' : 'and its kid'}`, async () =>
        expect(await reasonFor(decide, mint({ header: { alg: 'HS256', kid }, signer: hmac(secret) }))).toBe(
          'alg_not_allowed',
        ))
    }
  }
  it('refuses it in the name of the issuer that does use HS256', async () => {
    for (const [, secret] of secrets) {
      expect(await reasonFor(decide, mintery.mintHmac({ signer: hmac(secret) }))).toBe('signature_invalid')
    }
  })
  it('refuses a token that is RS256 in the name of the HS256 issuer', async () =>
    expect(await reasonFor(decide, mint({ claims: { iss: mintery.HMAC_ISSUER } }))).toBe('alg_not_allowed'))
})

describe('attack: the header chooses what a key without `alg` is used for (CVE-2026-22817)', () => {
  it('refuses PS256 with an RSA key of an issuer that allows RS256', async () =>
    expect(await reasonFor(decide, mint({ header: { alg: 'PS256' }, signer: pss() }))).toBe(
      'alg_not_allowed',
    ))
  it('refuses an allowed algorithm with a key that its JWK binds to another', async () => {
    const keys = jwksSource([jwkOf(RSA.publicKey, { kid: 'rsa', alg: 'RS256' })], ['RS256', 'PS256']).source
    const bound = decideOf(makeGuard({ issuers: [mainIssuer({ algorithms: ['RS256', 'PS256'] }, keys)] }))
    expect(await reasonFor(bound, mint())).toBe('ok')
    expect(await reasonFor(bound, mint({ header: { alg: 'PS256' }, signer: pss() }))).toBe('key_unsuitable')
  })
})

describe('attack: an algorithm over a key of another type or curve', () => {
  const p384 = mintery.ecPair('P-384')
  const keys = jwksSource(
    [
      jwkOf(p384.publicKey, { kid: 'p384' }),
      jwkOf(EC.publicKey, { kid: 'ec' }),
      jwkOf(RSA.publicKey, { kid: 'rsa' }),
    ],
    ['RS256', 'ES256', 'ES384'],
  )
  const crossed = decideOf(
    makeGuard({ issuers: [mainIssuer({ algorithms: ['RS256', 'ES256', 'ES384'] }, keys.source)] }),
  )
  const cases = [
    [
      'ES256 over P-384, with SHA-256',
      { alg: 'ES256', kid: 'p384' },
      ecdsa(p384, 'sha256'),
      'key_unsuitable',
    ],
    ['ES384 over P-256', { alg: 'ES384', kid: 'ec' }, ecdsa(EC, 'sha384'), 'key_unsuitable'],
    [
      'RS256 over an EC key, DER signature',
      { alg: 'RS256', kid: 'ec' },
      ecdsa(EC, 'sha256', 'der'),
      'key_unsuitable',
    ],
    ['ES256 over an RSA key', { alg: 'ES256', kid: 'rsa' }, rsa(), 'key_unsuitable'],
    [
      'ES256 without kid, signed by P-384',
      { alg: 'ES256', kid: undefined },
      ecdsa(p384),
      'signature_invalid',
    ],
    [
      'RS256 without kid, signed by P-256',
      { alg: 'RS256', kid: undefined },
      ecdsa(EC, 'sha256', 'der'),
      'signature_invalid',
    ],
  ] as const
  for (const [name, header, signer, reason] of cases) {
    it(`refuses ${name}`, async () => expect(await reasonFor(crossed, mint({ header, signer }))).toBe(reason))
  }
  it('allows ES384 over P-384, so the keys above are good ones', async () =>
    expect(
      await reasonFor(
        crossed,
        mint({ header: { alg: 'ES384', kid: 'p384' }, signer: ecdsa(p384, 'sha384') }),
      ),
    ).toBe('ok'))
})
