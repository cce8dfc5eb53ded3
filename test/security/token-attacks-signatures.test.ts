/** Attacks on the signature's form and value: one named group per attack. */
import { describe, expect, it } from 'bun:test'
import { constants, verify } from 'node:crypto'
import { decideOf, makeGuard, mainIssuer, reasonFor } from '../support/make-guard.ts'
import { jwkOf, jwksSource } from '../support/key-sources.ts'
import * as mintery from '../support/tokens.ts'
import { EC, RSA, constantSignature, ecdsa, eddsa, hmac, mint, pss, rsa } from '../support/tokens.ts'

const decide = decideOf(makeGuard())

describe('attack: psychic signatures (CVE-2022-21449)', () => {
  const n = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex')
  const zero = Buffer.alloc(32)
  const one = Buffer.alloc(32, 0).fill(1, 31)
  const nMinusOne = Buffer.from(n).fill(0x50, 31)
  const max = Buffer.alloc(32, 0xff)
  const values = { '0': zero, '1': one, 'n-1': nMinusOne, n, max }
  for (const [rName, r] of Object.entries(values)) {
    for (const [sName, s] of Object.entries(values)) {
      it(`refuses r = ${rName}, s = ${sName}`, async () => {
        const signer = constantSignature(Buffer.concat([r, s]))
        expect(await reasonFor(decide, mint({ header: { alg: 'ES256', kid: 'ec' }, signer }))).toBe(
          'signature_invalid',
        )
      })
    }
  }
  it('refuses zeros under RS256 and EdDSA', async () => {
    expect(await reasonFor(decide, mint({ signer: constantSignature(Buffer.alloc(256)) }))).toBe(
      'signature_invalid',
    )
    const signer = constantSignature(Buffer.alloc(64))
    expect(await reasonFor(decide, mint({ header: { alg: 'EdDSA', kid: 'ed' }, signer }))).toBe(
      'signature_invalid',
    )
  })
})

describe('attack: signatures of another form or length', () => {
  const es = { alg: 'ES256', kid: 'ec' }
  const grown =
    (signer: mintery.Signer): mintery.Signer =>
    (input) =>
      Buffer.concat([signer(input), Buffer.alloc(1)])
  const led =
    (signer: mintery.Signer): mintery.Signer =>
    (input) =>
      Buffer.concat([Buffer.alloc(1), signer(input)])
  const cut =
    (signer: mintery.Signer): mintery.Signer =>
    (input) =>
      signer(input).subarray(0, -1)
  const cases: readonly (readonly [string, Record<string, unknown>, mintery.Signer])[] = [
    ['DER under ES256', es, ecdsa(EC, 'sha256', 'der')],
    ['ES256 one byte longer', es, grown(ecdsa())],
    ['ES256 with a leading zero', es, led(ecdsa())],
    ['ES256 one byte shorter', es, cut(ecdsa())],
    ['5 KB under ES256', es, constantSignature(Buffer.alloc(5000, 1))],
    ['RS256 one byte longer', {}, grown(rsa())],
    ['RS256 with a leading zero', {}, led(rsa())],
    ['RS256 one byte shorter', {}, cut(rsa())],
    ['EdDSA one byte longer', { alg: 'EdDSA', kid: 'ed' }, grown(eddsa())],
    ['EdDSA one byte shorter', { alg: 'EdDSA', kid: 'ed' }, cut(eddsa())],
    ['SHA-512 under RS256', {}, rsa(RSA, 'sha512')],
    ['PSS under RS256', {}, pss()],
  ]
  for (const [name, header, signer] of cases) {
    it(`refuses ${name}`, async () =>
      expect(await reasonFor(decide, mint({ header, signer }))).toBe('signature_invalid'))
  }
  it('refuses a truncated HMAC, down to one byte', async () => {
    for (const bytes of [1, 16, 31]) {
      const signer: mintery.Signer = (input) => hmac(mintery.SECRET)(input).subarray(0, bytes)
      expect(await reasonFor(decide, mintery.mintHmac({ signer }))).toBe('signature_invalid')
    }
  })
  it('refuses the signature of another token', async () => {
    const [header = '', payload = ''] = mint({ claims: { sub: 'admin' } }).split('.')
    const signature = mint().split('.')[2] ?? ''
    expect(await reasonFor(decide, `${header}.${payload}.${signature}`)).toBe('signature_invalid')
  })
})

describe('attack: PSS with another salt length, RFC 7518 §3.5', () => {
  const keys = jwksSource([jwkOf(RSA.publicKey, { kid: 'rsa' })], ['PS256']).source
  const ps = decideOf(makeGuard({ issuers: [mainIssuer({ algorithms: ['PS256'] }, keys)] }))
  for (const saltLength of [0, 20, 31, 33, constants.RSA_PSS_SALTLEN_MAX_SIGN]) {
    it(`refuses a salt of ${saltLength === constants.RSA_PSS_SALTLEN_MAX_SIGN ? 'the greatest length' : `${saltLength} bytes`}`, async () => {
      const signer = pss(RSA, 'sha256', saltLength)
      const sample = Buffer.from('sample')
      // The runtime itself would take it: that is why the check is needed.
      expect(
        verify(
          'sha256',
          sample,
          {
            key: RSA.publicKey,
            padding: constants.RSA_PKCS1_PSS_PADDING,
            saltLength: constants.RSA_PSS_SALTLEN_AUTO,
          },
          signer(sample),
        ),
      ).toBe(true)
      expect(await reasonFor(ps, mint({ header: { alg: 'PS256' }, signer }))).toBe('signature_invalid')
    })
  }
  it('allows a salt of 32 bytes', async () =>
    expect(await reasonFor(ps, mint({ header: { alg: 'PS256' }, signer: pss() }))).toBe('ok'))
})
