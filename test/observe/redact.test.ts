import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { redact } from '../../src/observe/redact.ts'
import { goodClaims, mint, rsa, signTexts } from '../support/tokens.ts'

/** Longest stretch of the token that is still in the text. */
function leaked(text: string, token: string): number {
  for (let length = 64; length > 0; length--) {
    for (let at = 0; at + length <= token.length; at++)
      if (text.includes(token.slice(at, at + length))) return length
  }
  return 0
}

describe('redact', () => {
  const token = mint()
  // JSON that does not begin with `{"` as nearly all does.
  const spaced = signTexts(
    '{ "alg":"RS256", "kid":"rsa" }',
    JSON.stringify(goodClaims()).replace('{', '{ '),
    rsa(),
  )
  const indented = signTexts(
    JSON.stringify({ alg: 'RS256' }, undefined, 2),
    JSON.stringify(goodClaims(), undefined, 2),
    rsa(),
  )
  const tokens = { 'a token': token, 'a token of spaced JSON': spaced, 'a token of indented JSON': indented }
  for (const [name, secret] of Object.entries(tokens)) {
    it(`cuts ${name} out, wherever it stands`, () => {
      for (const text of [
        secret,
        `/a/${secret}`,
        `Bearer ${secret}`,
        `x=${secret}&y=1`,
        `"${secret}"`,
        `${secret},${secret}`,
        `/${secret}/b`,
      ]) {
        const redacted = redact(text)
        expect(redacted).toContain('[redacted]')
        expect(leaked(redacted, secret)).toBeLessThan(8)
      }
    })
    it(`cuts ${name} out that is percent-encoded, once or twice`, () => {
      for (const dot of ['%2E', '%2e', '%252E'])
        expect(leaked(redact(`/a/${secret.replaceAll('.', dot)}/b`), secret)).toBeLessThan(8)
    })
    it(`leaves no claim of ${name} that the length limit cuts through`, () => {
      const claimsAndSignature = secret.slice(secret.indexOf('.') + 1)
      for (const before of [0, 100, 200, 300, 400, 440, 455, 470, 480, 490, 500, 505, 511, 512, 600]) {
        expect(leaked(redact(`${'/'.repeat(before)}${secret}`), claimsAndSignature)).toBeLessThan(20)
      }
    })
  }
  it('cuts out a token without its signature, or its beginning', () => {
    for (const part of [
      token.slice(0, token.lastIndexOf('.')),
      token.slice(0, 60),
      `${token}.more`,
      `${token}~disclosure`,
    ]) {
      expect(leaked(redact(`/x/${part}`), part)).toBeLessThan(12)
    }
  })
  const kept = [
    '/orders/17',
    '/a.b.c',
    'api.example.com',
    '/healthz',
    'iss missing',
    '/assets/app.3f9d0c1b2a.js',
    'the token has no `exp`',
    '',
    'very-long-subdomain.of-some-example.com',
  ]
  for (const text of kept) {
    it(`leaves ${JSON.stringify(text)} as it is`, () => expect(redact(text)).toBe(text))
  }
  it('gives at most a screen of text, whatever comes', () =>
    fc.assert(
      fc.property(fc.string({ maxLength: 2000 }), (text) =>
        expect(redact(text).length).toBeLessThanOrEqual(600),
      ),
    ))
  it('cuts long texts and marks the cut', () => expect(redact('/x'.repeat(1000))).toEndWith('…'))
})
