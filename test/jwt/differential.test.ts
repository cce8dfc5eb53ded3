/**
 * The verifier against two others, on the same tokens with the same settings. Warder may be stricter than
 * jose and never laxer; every difference is listed here with its reason.
 */
import { describe, expect, it } from 'bun:test'
import { createVerifier } from 'fast-jwt'
import { importJWK, jwtVerify } from 'jose'
import { jwkOf, jwksSource, secretSource } from '../support/key-sources.ts'
import { decideOf, mainIssuer, makeGuard, reasonFor } from '../support/make-guard.ts'
import { MUTATIONS, SUBJECTS, type Subject } from '../support/differential-cases.ts'
import { AUDIENCE, ISSUER, NOW_SECONDS, SECRET } from '../support/tokens.ts'

type Judge = (token: string) => Promise<boolean>

function warder({ alg, publicKey }: Subject): Judge {
  const algorithms = [alg]
  const keys =
    publicKey === undefined
      ? secretSource(SECRET, algorithms, { kid: 'k' })
      : jwksSource([jwkOf(publicKey, { kid: 'k' })], algorithms).source
  const decide = decideOf(makeGuard({ issuers: [mainIssuer({ algorithms }, keys)] }))
  return async (token) => (await reasonFor(decide, token)) === 'ok'
}

async function jose({ alg, publicKey }: Subject): Promise<Judge> {
  const key =
    publicKey === undefined ? SECRET : await importJWK({ ...publicKey.export({ format: 'jwk' }) }, alg)
  const options = {
    algorithms: [alg],
    issuer: ISSUER,
    audience: AUDIENCE,
    clockTolerance: 30,
    requiredClaims: ['exp'],
    currentDate: new Date(NOW_SECONDS * 1000),
  }
  return (token) =>
    jwtVerify(token, key, options).then(
      () => true,
      () => false,
    )
}

function fastJwt({ alg, publicKey }: Subject): Judge {
  const key = publicKey === undefined ? SECRET : publicKey.export({ type: 'spki', format: 'pem' })
  const verify = createVerifier({
    key,
    algorithms: [alg as 'RS256'],
    allowedIss: ISSUER,
    allowedAud: AUDIENCE,
    clockTolerance: 30_000,
    clockTimestamp: NOW_SECONDS * 1000,
    requiredClaims: ['exp', 'iss', 'aud'],
  })
  return async (token) => {
    try {
      verify(token)
      return true
    } catch {
      return false
    }
  }
}

/** What both others accept and Warder refuses, and why. */
const BOTH_ACCEPT: Readonly<Record<string, string>> = {
  'a nested member twice': 'RFC 8725 §2.4: readers differ on which member counts',
  'a nested token by cty': 'a signed token in a signed token is not unwrapped',
  'a signature with trailing bits': 'RFC 4648 §3.5: one token would have many texts',
  'alg twice': 'RFC 7515 §4: header names must be unique',
  'b64 false': 'RFC 7797 §7: not for JWTs',
  'b64 true': 'RFC 7797 §7: not for JWTs',
  'claims of 300 members': 'bounded: 256 members',
  'claims of 40 levels': 'bounded: 32 levels',
  'claims of 9 KB': 'bounded: 8 KiB a token',
  'cnf of a bound token': 'RFC 9449 §7.2: bound, and no proof was seen',
  'enc in a signed token': 'the header of an encrypted token',
  'exp 1790000600000': 'milliseconds by mistake: valid for 55,000 years',
  'exp 1e400': 'infinity: valid for ever',
  'exp 253402300800': 'after the year 9999',
  'iat -1': 'before 1970',
  'iat 1790000600.5': 'issued in the future: a clock is wrong',
  'iat 1790000600000': 'milliseconds by mistake',
  'iat 1e400': 'infinity',
  'iat 253402300800': 'after the year 9999',
  'iat one second after the leeway': 'issued in the future: a clock is wrong',
  'jti a number': 'RFC 7519 §4.1.7: a string',
  'kid a number': 'RFC 7515 §4.1.4: a string',
  'kid of 6 KB': 'bounded: 256 characters',
  'kid of no key': 'the named key is used, or none',
  'kid with a control character': 'not printable',
  'nbf -1': 'before 1970',
  'sub a number': 'RFC 7519 §4.1.2: a string',
  'sub null': 'RFC 7519 §4.1.2: a string',
  'sub twice': 'RFC 8725 §2.4: readers differ on which member counts',
  'sub twice, once escaped': 'RFC 8725 §2.4: readers differ on which member counts',
  'typ a number': 'RFC 7515 §4.1.9: a string',
  'typ dpop+jwt': 'RFC 8725 §3.11: a token of another kind',
  zip: 'nothing is decompressed',
}

/** What jose accepts besides. */
const JOSE_ACCEPTS: Readonly<Record<string, string>> = {
  ...BOTH_ACCEPT,
  'a header with a byte order mark': 'RFC 8259 §8.1: no byte order mark; readers differ on it',
  'a header with a space': 'RFC 7515 §2: base64url has no white space',
  'a payload with a newline': 'RFC 7515 §2: base64url has no white space',
  'a signature with a newline': 'RFC 7515 §2: base64url has no white space',
  'a signature with a space in front': 'RFC 7515 §2: base64url has no white space',
  'a signature with padding': 'RFC 7515 §2: base64url has no padding',
  'aud beside a number': 'RFC 7519 §4.1.3: an array of strings',
  'b64 true, and critical': 'no extension is implemented',
  'claims with a byte order mark': 'RFC 8259 §8.1: no byte order mark; readers differ on it',
}

/** What fast-jwt accepts besides. */
const FAST_JWT_ACCEPTS: Readonly<Record<string, string>> = {
  ...BOTH_ACCEPT,
  'claims that are not UTF-8': 'two subjects could become one',
  'crit false': 'RFC 7515 §4.1.11: there, and not understood',
  'crit null': 'RFC 7515 §4.1.11: there, and not understood',
  'exp at the end of the leeway': 'RFC 7519 §4.1.4: not on or after the time',
  'iat "1790000600"': 'RFC 7519 §4.1.6: a number',
  'iat []': 'RFC 7519 §4.1.6: a number',
  'iat null': 'RFC 7519 §4.1.6: a number',
  'iat true': 'RFC 7519 §4.1.6: a number',
}

// Some fifteen hundred tokens: seconds on a busy machine.
const LONG_MS = 60_000

/** Names of the mutations on which the two disagree; `stricter` are those that only the other accepts. */
async function compare(
  subjects: readonly Subject[],
  other: (subject: Subject) => Judge | Promise<Judge>,
): Promise<{ cases: number; stricter: string[]; laxer: string[] }> {
  const stricter = new Set<string>()
  const laxer = new Set<string>()
  let cases = 0
  for (const subject of subjects) {
    const ours = warder(subject)
    const theirs = await other(subject)
    for (const [name, mutate] of Object.entries(MUTATIONS)) {
      const token = mutate(subject)
      const [weAccept, theyAccept] = [await ours(token), await theirs(token)]
      cases++
      if (weAccept && !theyAccept) laxer.add(name)
      if (theyAccept && !weAccept) stricter.add(name)
    }
  }
  return { cases, stricter: [...stricter].sort(), laxer: [...laxer].sort() }
}

describe('Warder and jose', () => {
  it(
    'differ only where Warder is stricter, as listed',
    async () => {
      const { cases, stricter, laxer } = await compare(SUBJECTS, jose)
      expect(laxer).toEqual([])
      expect(stricter).toEqual(Object.keys(JOSE_ACCEPTS).sort())
      expect(cases).toBeGreaterThan(1000)
    },
    LONG_MS,
  )
})

describe('Warder and fast-jwt', () => {
  // It does not know the name Ed25519.
  const subjects = SUBJECTS.filter(({ alg }) => alg !== 'Ed25519')
  it(
    'differ only where Warder is stricter, as listed',
    async () => {
      const { stricter, laxer } = await compare(subjects, fastJwt)
      expect(stricter).toEqual(Object.keys(FAST_JWT_ACCEPTS).sort())
      expect(laxer).toEqual([])
    },
    LONG_MS,
  )
})

describe('the comparison', () => {
  it('has tokens of every algorithm that all three accept', async () => {
    const { 'a good token': good } = MUTATIONS
    for (const subject of SUBJECTS) {
      const token = good?.(subject) ?? ''
      expect(await warder(subject)(token)).toBe(true)
      expect(await (await jose(subject))(token)).toBe(true)
      if (subject.alg !== 'Ed25519') expect(await fastJwt(subject)(token)).toBe(true)
    }
  })
})
