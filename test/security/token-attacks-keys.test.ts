/** Attacks through keys and through the memory of earlier decisions. One named group per attack. */
import { describe, expect, it } from 'bun:test'
import { createPublicKey, sign } from 'node:crypto'
import type { Algorithm } from '../../src/syntax/algorithms.ts'
import { WarderError } from '../../src/errors.ts'
import {
  ask,
  bearer,
  decideOf,
  hmacIssuer,
  mainIssuer,
  makeGuard,
  makeRequest,
  policySettings,
  reasonFor,
  routeSettings,
} from '../support/make-guard.ts'
import { jwkOf, jwksSource, secretSource, type Jwk } from '../support/key-sources.ts'
import {
  ED,
  RSA,
  SECRET,
  constantSignature,
  encode,
  hmac,
  mint,
  mintHmac,
  noSignature,
  rsa,
  rsaPair,
} from '../support/tokens.ts'

const CACHE = { tokens: 100, bytes: 1_000_000 }

describe('attack: the key of one issuer for a token of another, with the same kid (CVE-2025-59936)', () => {
  const other = rsaPair()
  const OTHER = 'https://other.example'
  const algorithms: readonly Algorithm[] = ['RS256']
  const a = mainIssuer(
    { name: 'a', algorithms },
    jwksSource([jwkOf(RSA.publicKey, { kid: 'k' })], algorithms).source,
  )
  const b = mainIssuer(
    { name: 'b', issuer: OTHER, algorithms },
    jwksSource([jwkOf(other.publicKey, { kid: 'k' })], algorithms).source,
  )
  const decide = decideOf(makeGuard({ issuers: [a, b], cache: CACHE }))
  const token = (iss: string | undefined, pair: typeof RSA): string =>
    mint({ header: { kid: 'k' }, claims: iss === undefined ? {} : { iss }, signer: rsa(pair) })

  it('takes each key for its own issuer alone, whatever was verified before', async () => {
    for (let round = 0; round < 2; round++) {
      expect(await reasonFor(decide, token(undefined, RSA))).toBe('ok')
      expect(await reasonFor(decide, token(OTHER, other))).toBe('ok')
      expect(await reasonFor(decide, token(undefined, other))).toBe('signature_invalid')
      expect(await reasonFor(decide, token(OTHER, RSA))).toBe('signature_invalid')
    }
  })
  it('accepts under a policy only the issuers that it names', async () => {
    const policies = [
      policySettings({ name: 'only-a', issuers: ['a'] }),
      policySettings({ name: 'only-b', issuers: ['b'] }),
    ]
    const guard = makeGuard({ issuers: [a, b], policies, cache: CACHE })
    const ask2 = decideOf(guard)
    for (let round = 0; round < 2; round++) {
      for (const [policy, iss, pair, reason] of [
        ['only-a', undefined, RSA, 'ok'],
        ['only-b', undefined, RSA, 'issuer_unknown'],
        ['only-b', OTHER, other, 'ok'],
        ['only-a', OTHER, other, 'issuer_unknown'],
      ] as const) {
        const decision = await ask2({ request: bearer(token(iss, pair)), policy: guard.policies.get(policy) })
        expect(decision.reason).toBe(reason)
      }
    }
  })
})

describe('attack: the memory of one policy used for another (CVE-2026-35039, Oathkeeper 198a2bc8)', () => {
  const header = (name: string, claim: string) =>
    ({ name, claim, arrays: 'csv', encoding: 'percent', maxBytes: 4096 }) as const
  const policies = [
    policySettings({ name: 'lax', identity: [header('X-User', 'sub')] }),
    policySettings({ name: 'scoped', scope: ['admin'], identity: [header('X-User', 'email')] }),
    policySettings({ name: 'ruled', claims: [{ path: 'tenant', equals: 'acme' }] }),
  ]
  const routes = policies.map(({ name }) =>
    routeSettings({ name, path: [`/${name}`], access: { kind: 'policy', policy: name } }),
  )
  const decide = decideOf(makeGuard({ policies, routes, cache: CACHE }))
  const headers = [['authorization', `Bearer ${mint()}`]] as const

  it('judges the same token by each policy anew, and gives each its own identity headers', async () => {
    for (let round = 0; round < 2; round++) {
      expect(await ask(decide, makeRequest({ path: '/lax', headers }))).toMatchObject({
        reason: 'ok',
        identity: ['user-1'],
      })
      expect((await ask(decide, makeRequest({ path: '/scoped', headers }))).reason).toBe('scope_missing')
      expect((await ask(decide, makeRequest({ path: '/ruled', headers }))).reason).toBe('claim_rule_failed')
      expect((await ask(decide, makeRequest({ path: '/none', headers }))).reason).toBe('no_route')
    }
  })
  it('does not take a token with another signature for the one it remembers', async () => {
    const token = mint()
    expect(
      (await ask(decide, makeRequest({ path: '/lax', headers: [['authorization', `Bearer ${token}`]] })))
        .reason,
    ).toBe('ok')
    const forged = token.slice(0, token.lastIndexOf('.') + 1) + encode(Buffer.alloc(256, 1))
    expect(
      (await ask(decide, makeRequest({ path: '/lax', headers: [['authorization', `Bearer ${forged}`]] })))
        .reason,
    ).toBe('signature_invalid')
  })
})

describe('attack: a key that was withdrawn, still trusted', () => {
  const next = rsaPair()
  const algorithms: readonly Algorithm[] = ['RS256']
  const oldSet = [jwkOf(RSA.publicKey, { kid: 'old' })]
  const newSet = [jwkOf(next.publicKey, { kid: 'new' })]

  for (const [name, cache] of [
    ['without', { tokens: 0, bytes: 0 }],
    ['with', CACHE],
  ] as const) {
    it(`is refused as soon as the set is replaced, ${name} the cache`, async () => {
      const fixture = jwksSource(oldSet, algorithms)
      const decide = decideOf(makeGuard({ issuers: [mainIssuer({ algorithms }, fixture.source)], cache }))
      const token = mint({ header: { kid: 'old' } })
      expect(await reasonFor(decide, token)).toBe('ok')
      fixture.replace([...newSet, ...oldSet])
      expect(await reasonFor(decide, token)).toBe('ok')
      fixture.replace(newSet)
      expect(await reasonFor(decide, token)).toBe('kid_unknown')
      expect(await reasonFor(decide, mint({ header: { kid: 'new' }, signer: rsa(next) }))).toBe('ok')
    })
    it(`is refused when other material takes its kid, ${name} the cache`, async () => {
      const fixture = jwksSource(oldSet, algorithms)
      const decide = decideOf(makeGuard({ issuers: [mainIssuer({ algorithms }, fixture.source)], cache }))
      const token = mint({ header: { kid: 'old' } })
      expect(await reasonFor(decide, token)).toBe('ok')
      fixture.replace([jwkOf(next.publicKey, { kid: 'old' })])
      expect(await reasonFor(decide, token)).toBe('signature_invalid')
    })
  }
})

describe('attack: weak keys, which anybody can sign for', () => {
  const good = jwkOf(RSA.publicKey, { kid: 'rsa' })
  const decideWith = (jwk: Jwk) => {
    const algorithms: readonly Algorithm[] = ['RS256', 'EdDSA']
    return decideOf(
      makeGuard({
        issuers: [mainIssuer({ algorithms }, jwksSource([good, { ...jwk, kid: 'weak' }], algorithms).source)],
      }),
    )
  }
  for (const bits of [512, 1024, 2047]) {
    it(`refuses an RSA key of ${bits} bits`, async () => {
      const pair = rsaPair(bits)
      const token = mint({ header: { kid: 'weak' }, signer: rsa(pair) })
      expect(await reasonFor(decideWith(jwkOf(pair.publicKey)), token)).toBe('key_unsuitable')
    })
  }
  it('refuses an RSA key with e = 1, for which every signature is its own message', async () => {
    const forge = (input: Uint8Array): Uint8Array => {
      const digest = new Bun.CryptoHasher('sha256').update(input).digest()
      const info = Buffer.from('3031300d060960864801650304020105000420', 'hex')
      const padding = Buffer.alloc(256 - 3 - info.length - digest.length, 0xff)
      return Buffer.concat([Buffer.from([0, 1]), padding, Buffer.from([0]), info, digest])
    }
    for (const e of ['AQ', 'Ag', 'Aw', 'EQ', 'AQAA']) {
      const token = mint({ header: { kid: 'weak' }, signer: forge })
      expect(await reasonFor(decideWith({ ...good, e }), token)).toBe('key_unsuitable')
    }
  })
  const smallOrder = [
    '0100000000000000000000000000000000000000000000000000000000000000',
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0000000000000000000000000000000000000000000000000000000000000080',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    // The identity and the point of order 4, in a second spelling.
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  ]
  for (const hex of smallOrder) {
    it(`refuses the small-order Ed25519 key ${hex.slice(0, 8)}…`, async () => {
      const decide = decideWith({
        kty: 'OKP',
        crv: 'Ed25519',
        x: Buffer.from(hex, 'hex').toString('base64url'),
      })
      // With the identity as key, R = identity and S = 0 is a signature of everything.
      const signature = Buffer.alloc(64)
      signature[0] = 1
      const signer = constantSignature(signature)
      expect(await reasonFor(decide, mint({ header: { alg: 'EdDSA', kid: 'weak' }, signer }))).toBe(
        'key_unsuitable',
      )
    })
  }
  it('does not let one of them spoil the good key beside it', async () => {
    const decide = decideWith({ kty: 'OKP', crv: 'Ed25519', x: Buffer.alloc(32).toString('base64url') })
    expect(await reasonFor(decide, mint())).toBe('ok')
  })
})

describe('attack: a JWK set that offers what it must not', () => {
  const good = jwkOf(RSA.publicKey, { kid: 'rsa' })
  const octets = { kty: 'oct', k: SECRET.toString('base64url'), kid: 'weak' }
  const algorithms: readonly Algorithm[] = ['RS256', 'EdDSA']
  const offered: readonly (readonly [string, Jwk])[] = [
    ['a shared secret', octets],
    ['a shared secret for HS256', { ...octets, alg: 'HS256' }],
    ['a private key', { ...ED.privateKey.export({ format: 'jwk' }), kid: 'weak' }],
    ['a key for encryption', jwkOf(ED.publicKey, { kid: 'weak', use: 'enc' })],
    ['a key that may only encrypt', jwkOf(ED.publicKey, { kid: 'weak', key_ops: ['encrypt'] })],
    ['a key of an unknown type', { kty: 'X', kid: 'weak' }],
  ]
  const signers = {
    RS256: rsa(),
    EdDSA: (input: Uint8Array) => sign(null, input, ED.privateKey),
    HS256: hmac(SECRET),
  }
  for (const [name, jwk] of offered) {
    it(`verifies nothing with ${name}`, async () => {
      const decide = decideOf(
        makeGuard({ issuers: [mainIssuer({ algorithms }, jwksSource([good, jwk], algorithms).source)] }),
      )
      for (const [alg, signer] of Object.entries(signers)) {
        const reason = await reasonFor(decide, mint({ header: { alg, kid: 'weak' }, signer }))
        expect(reason).toBe(alg === 'HS256' ? 'alg_not_allowed' : 'key_unsuitable')
      }
    })
  }
  it('is a sound test: the same Ed25519 key, offered rightly, verifies', async () => {
    const jwk = jwkOf(createPublicKey(ED.privateKey), { kid: 'weak' })
    const decide = decideOf(
      makeGuard({ issuers: [mainIssuer({ algorithms }, jwksSource([good, jwk], algorithms).source)] }),
    )
    expect(
      await reasonFor(decide, mint({ header: { alg: 'EdDSA', kid: 'weak' }, signer: signers.EdDSA })),
    ).toBe('ok')
  })
})

describe('attack: short and empty secrets (CVE-2026-45363)', () => {
  const codeOf = (act: () => unknown): string => {
    try {
      act()
      return 'accepted'
    } catch (error) {
      return error instanceof WarderError ? error.code : String(error)
    }
  }
  for (const bytes of [0, 1, 15, 16, 31]) {
    it(`refuses a secret of ${bytes} bytes for HS256 at start`, () =>
      expect(codeOf(() => secretSource(Buffer.alloc(bytes, 1), ['HS256']))).toBe('ERR_KEYS_SECRET_UNUSABLE'))
  }
  it('refuses a secret below 16 bytes even if short ones are allowed', () => {
    expect(codeOf(() => secretSource(Buffer.alloc(15, 1), ['HS256'], { allowShortSecret: true }))).toBe(
      'ERR_KEYS_SECRET_UNUSABLE',
    )
    expect(codeOf(() => secretSource(Buffer.alloc(16, 1), ['HS256'], { allowShortSecret: true }))).toBe(
      'accepted',
    )
  })
  it('verifies with a secret only the algorithms that it is long enough for', async () => {
    const algorithms: readonly Algorithm[] = ['HS256', 'HS512']
    const keys = secretSource(Buffer.alloc(32, 7), algorithms)
    const decide = decideOf(makeGuard({ issuers: [mainIssuer({ algorithms }, keys)] }))
    const token = (alg: string, hash: string): string =>
      mint({ header: { alg, kid: undefined }, signer: hmac(Buffer.alloc(32, 7), hash) })
    expect(await reasonFor(decide, token('HS256', 'sha256'))).toBe('ok')
    expect(await reasonFor(decide, token('HS512', 'sha512'))).toBe('key_unsuitable')
  })
  it('refuses tokens signed with the empty secret, or not at all', async () => {
    const decide = decideOf(makeGuard({ issuers: [hmacIssuer()] }))
    for (const signer of [hmac(''), hmac('\u0000'), hmac(Buffer.alloc(64)), noSignature]) {
      expect(await reasonFor(decide, mintHmac({ signer }))).toBe('signature_invalid')
    }
    expect(await reasonFor(decide, mintHmac())).toBe('ok')
  })
})
