/** Attacks on the token's text: what two readers could read differently. One named group per attack. */
import { describe, expect, it } from 'bun:test'
import {
  ask,
  bearer,
  decideOf,
  makeGuard,
  mainIssuer,
  policySettings,
  reasonFor,
  routeSettings,
} from '../support/make-guard.ts'
import {
  CLAIMS,
  claimsWith,
  encode,
  mint,
  mintHeader,
  mintPayload,
  rsa,
  signSegments,
} from '../support/tokens.ts'

const decide = decideOf(makeGuard({ maxTokenBytes: 65_536 }))
const HEADER = '{"alg":"RS256","kid":"rsa"}'

describe('attack: duplicate members, of which readers take the first or the last', () => {
  const payloads = [
    ['the same claim twice', claimsWith('"sub":"admin"')],
    ['the same claim twice, with one value', claimsWith('"sub":"user-1"')],
    ['a name with an escaped letter', claimsWith(String.raw`"s\u0075b":"admin"`)],
    ['a name with an escaped slash', claimsWith(String.raw`"a/b":1,"a\/b":2`)],
    ['duplicates in a nested object', claimsWith('"realm_access":{"roles":[],"roles":["admin"]}')],
    ['duplicates in an object in an array', claimsWith('"x":[[{"a":1,"a":2}]]')],
    ['__proto__ twice', claimsWith('"__proto__":1,"__proto__":2')],
    ['the empty name twice', claimsWith('"":1,"":2')],
    ['integer names twice', claimsWith('"1":1,"1":2')],
    ['a surrogate pair in two spellings', claimsWith(String.raw`"😀":1,"\ud83d\ude00":2`)],
  ] as const
  for (const [name, payload] of payloads) {
    it(`refuses ${name}`, async () =>
      expect(await reasonFor(decide, mintPayload(payload))).toBe('token_malformed'))
  }
  for (const header of [
    '{"alg":"none","alg":"RS256","kid":"rsa"}',
    '{"alg":"RS256","alg":"RS256","kid":"rsa"}',
    String.raw`{"alg":"RS256","kid":"rsa","\u0061lg":"none"}`,
    '{"alg":"RS256","kid":"x","kid":"rsa"}',
  ]) {
    it(`refuses the header ${header}`, async () =>
      expect(await reasonFor(decide, mintHeader(header))).toBe('token_malformed'))
  }
  it('allows the same name in different objects, and colons and braces in strings', async () => {
    const payload = claimsWith(
      String.raw`"a":{"sub":1},"b":[{"sub":1},{"sub":2}],"c":"{\"a\":1,\\\"a\":1","d":"\\"`,
    )
    expect(await reasonFor(decide, mintPayload(payload))).toBe('ok')
  })
})

describe('attack: base64url that decodes although it is not canonical', () => {
  const header = encode(HEADER)
  const payload = encode(CLAIMS)
  // A payload whose base64url ends with unused bits.
  const loose = [' ', ''].map((pad) => encode(`${CLAIMS}${pad}`)).find((text) => text.length % 4 !== 0) ?? ''
  const insert = (text: string, junk: string): string => `${text.slice(0, 8)}${junk}${text.slice(8)}`
  const twin = (text: string): string => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    return text.slice(0, -1) + alphabet.charAt(alphabet.indexOf(text.slice(-1)) + 1)
  }
  for (const junk of [' ', '\n', '\r\n', '\t', '=', '+', '/', '%41', '\u0000', '!', '\u00e9', '\u200b']) {
    it(`refuses ${JSON.stringify(junk)} in header, payload or signature`, async () => {
      const good = signSegments(header, payload, rsa())
      expect(await reasonFor(decide, signSegments(insert(header, junk), payload, rsa()))).toBe(
        'token_malformed',
      )
      expect(await reasonFor(decide, signSegments(header, insert(payload, junk), rsa()))).toBe(
        'token_malformed',
      )
      expect(await reasonFor(decide, `${good.slice(0, -8)}${junk}${good.slice(-8)}`)).toBe('token_malformed')
      expect(await reasonFor(decide, good + junk)).toBe('token_malformed')
      // RFC 6750 §2.1 allows several spaces between the scheme and the token.
      expect(await reasonFor(decide, junk + good)).toBe(junk === ' ' ? 'ok' : 'token_malformed')
    })
  }
  it('refuses padding at the end of each part', async () => {
    const good = signSegments(header, payload, rsa())
    for (const padding of ['=', '==']) {
      expect(await reasonFor(decide, signSegments(header + padding, payload, rsa()))).toBe('token_malformed')
      expect(await reasonFor(decide, signSegments(header, payload + padding, rsa()))).toBe('token_malformed')
      expect(await reasonFor(decide, good + padding)).toBe('token_malformed')
    }
  })
  it('refuses trailing bits in the payload, although they decode to the same claims', async () => {
    const other = twin(loose)
    expect(Buffer.from(other, 'base64url')).toEqual(Buffer.from(loose, 'base64url'))
    expect(await reasonFor(decide, signSegments(header, loose, rsa()))).toBe('ok')
    expect(await reasonFor(decide, signSegments(header, other, rsa()))).toBe('token_malformed')
  })
  it('refuses trailing bits in the signature: one token, one text', async () => {
    const good = mint()
    const signature = good.slice(good.lastIndexOf('.') + 1)
    expect(Buffer.from(twin(signature), 'base64url')).toEqual(Buffer.from(signature, 'base64url'))
    expect(await reasonFor(decide, twin(good))).toBe('token_malformed')
  })
  it('refuses one character more, which carries no byte', async () => {
    for (const part of [0, 1, 2]) {
      const parts = mint().split('.')
      // A length of 4n + 1 has no decoding; 256-byte signatures have 342 = 4n + 2 characters.
      while ((parts[part] ?? '').length % 4 !== 1) parts[part] += 'A'
      expect(await reasonFor(decide, parts.join('.'))).toBe('token_malformed')
    }
  })
})

describe('attack: text that is not UTF-8, or UTF-8 in disguise', () => {
  const [before = '', after = ''] = CLAIMS.split('user-1')
  const subject = (bytes: readonly number[]): Uint8Array =>
    Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)])
  const bytes = [
    ['a lone continuation byte', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['an overlong NUL', [0xc0, 0x80]],
    ['a three-byte overlong slash', [0xe0, 0x80, 0xaf]],
    ['an encoded surrogate', [0xed, 0xa0, 0x80]],
    ['a surrogate pair as CESU-8', [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]],
    ['a code point beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a cut sequence', [0xe2, 0x82]],
    ['0xFF', [0xff]],
    ['Latin-1', [0xe9]],
  ] as const
  for (const [name, value] of bytes) {
    it(`refuses ${name}`, async () =>
      expect(await reasonFor(decide, mintPayload(subject(value)))).toBe('token_malformed'))
  }
  const disguises: readonly (readonly [string, (text: string) => Uint8Array])[] = [
    ['a byte order mark', (text) => Buffer.from(`\ufeff${text}`)],
    ['UTF-16 LE', (text) => Buffer.from(text, 'utf16le')],
    ['UTF-16 LE with a byte order mark', (text) => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16 BE', (text) => Buffer.from(text, 'utf16le').swap16()],
    [
      'UTF-32 LE',
      (text) => Buffer.from([...text].flatMap((character) => [character.charCodeAt(0), 0, 0, 0])),
    ],
    ['a NUL at the end', (text) => Buffer.from(`${text}\u0000`)],
    ['a raw control character in a string', (text) => Buffer.from(text.replace('"', '"\u0001'))],
  ]
  for (const [name, disguise] of disguises) {
    it(`refuses claims and headers with ${name}`, async () => {
      expect(await reasonFor(decide, mintPayload(disguise(CLAIMS)))).toBe('token_malformed')
      expect(await reasonFor(decide, mintHeader(disguise(HEADER)))).toBe('token_malformed')
    })
  }
  it('keeps two subjects apart that differ in a lone surrogate', async () => {
    const policies = [
      policySettings({
        identity: [{ name: 'X-Sub', claim: 'sub', arrays: 'csv', encoding: 'percent', maxBytes: 4096 }],
      }),
    ]
    const strict = decideOf(makeGuard({ issuers: [mainIssuer()], policies, routes: [routeSettings()] }))
    for (const escape of [String.raw`\ud800`, String.raw`\udc00`, String.raw`\ufffd\ud800`]) {
      expect(await reasonFor(strict, mintPayload(CLAIMS.replace('user-1', escape)))).toBe('identity_unfit')
    }
    const decision = await ask(
      strict,
      bearer(mintPayload(CLAIMS.replace('user-1', String.raw`\ud83d\ude00`))),
    )
    expect(decision).toMatchObject({ reason: 'ok', identity: ['%F0%9F%98%80'] })
  })
})

describe('attack: a payload or header that is JSON but no object', () => {
  for (const text of [
    '[]',
    `[${CLAIMS}]`,
    '"text"',
    'null',
    '1',
    'true',
    '',
    ' ',
    '{',
    `${CLAIMS}${CLAIMS}`,
    `${CLAIMS},`,
    `${CLAIMS}//`,
    "{'sub':1}",
    '{"a":NaN}',
    '{"a":01}',
    '{"a":1,}',
  ]) {
    it(`refuses the payload ${text.slice(0, 20) || '(empty)'}`, async () =>
      expect(await reasonFor(decide, mintPayload(text))).toBe('token_malformed'))
  }
  for (const text of ['[]', `[${HEADER}]`, '"RS256"', 'null', '1', '', `${HEADER}${HEADER}`]) {
    it(`refuses the header ${text.slice(0, 20) || '(empty)'}`, async () =>
      expect(await reasonFor(decide, mintHeader(text))).toBe('token_malformed'))
  }
})
