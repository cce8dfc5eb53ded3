/** Token cases for the comparison with other libraries: each mutation of a good token, under each algorithm. */
import type { Algorithm } from '../../src/syntax/algorithms.ts'
import type { KeyObject } from 'node:crypto'
import {
  AUDIENCE,
  EC,
  ED,
  ISSUER,
  NOW_SECONDS,
  RSA,
  SECRET,
  ecPair,
  ecdsa,
  eddsa,
  encode,
  goodClaims,
  hmac,
  pss,
  rsa,
  signSegments,
  type Signer,
} from './tokens.ts'

/** An algorithm with the key that verifies it and a way to sign. */
export interface Subject {
  readonly alg: Algorithm
  /** Public key, or undefined for the shared secret. */
  readonly publicKey: KeyObject | undefined
  readonly sign: Signer
}

const P384 = ecPair('P-384')
const P521 = ecPair('P-521')

export const SUBJECTS: readonly Subject[] = [
  { alg: 'HS256', publicKey: undefined, sign: hmac(SECRET) },
  { alg: 'HS384', publicKey: undefined, sign: hmac(SECRET, 'sha384') },
  { alg: 'HS512', publicKey: undefined, sign: hmac(SECRET, 'sha512') },
  { alg: 'RS256', publicKey: RSA.publicKey, sign: rsa() },
  { alg: 'RS384', publicKey: RSA.publicKey, sign: rsa(RSA, 'sha384') },
  { alg: 'RS512', publicKey: RSA.publicKey, sign: rsa(RSA, 'sha512') },
  { alg: 'PS256', publicKey: RSA.publicKey, sign: pss() },
  { alg: 'PS384', publicKey: RSA.publicKey, sign: pss(RSA, 'sha384') },
  { alg: 'PS512', publicKey: RSA.publicKey, sign: pss(RSA, 'sha512') },
  { alg: 'ES256', publicKey: EC.publicKey, sign: ecdsa() },
  { alg: 'ES384', publicKey: P384.publicKey, sign: ecdsa(P384, 'sha384') },
  { alg: 'ES512', publicKey: P521.publicKey, sign: ecdsa(P521, 'sha512') },
  { alg: 'EdDSA', publicKey: ED.publicKey, sign: eddsa() },
  { alg: 'Ed25519', publicKey: ED.publicKey, sign: eddsa() },
]

type Mutation = (subject: Subject) => string

const token = (subject: Subject, header: string, payload: string | Uint8Array): string =>
  signSegments(encode(header), encode(payload), subject.sign)
const headerText = ({ alg }: Subject, members = ''): string => `{"alg":"${alg}","kid":"k"${members}}`
const good: Mutation = (subject) => token(subject, headerText(subject), JSON.stringify(goodClaims()))
const withHeader =
  (make: (alg: string) => string): Mutation =>
  (subject) =>
    token(subject, make(subject.alg), JSON.stringify(goodClaims()))
const withMembers = (members: string): Mutation =>
  withHeader((alg) => `{"alg":"${alg}","kid":"k",${members}}`)
const withClaims =
  (claims: Readonly<Record<string, unknown>>): Mutation =>
  (subject) =>
    token(subject, headerText(subject), JSON.stringify(goodClaims(claims)))
const withPayload =
  (make: (claims: string) => string | Uint8Array): Mutation =>
  (subject) =>
    token(subject, headerText(subject), make(JSON.stringify(goodClaims())))
const withRaw = (name: string, json: string): Mutation =>
  withPayload(() => JSON.stringify(goodClaims({ [name]: '@' })).replace('"@"', json))
const withText =
  (change: (text: string) => string): Mutation =>
  (subject) =>
    change(good(subject))
const withSegments =
  (change: (header: string, payload: string) => readonly [string, string]): Mutation =>
  (subject) => {
    const [header, payload] = change(encode(headerText(subject)), encode(JSON.stringify(goodClaims())))
    return signSegments(header, payload, subject.sign)
  }
const withSignature =
  (change: (signature: Uint8Array) => Uint8Array): Mutation =>
  (subject) =>
    signSegments(encode(headerText(subject)), encode(JSON.stringify(goodClaims())), (input) =>
      change(subject.sign(input)),
    )

const flip = (bytes: Uint8Array): Uint8Array => bytes.map((byte, index) => (index === 3 ? byte ^ 1 : byte))
const appendToEnd = (claims: string, members: string): string => `${claims.slice(0, -1)},${members}}`

const HEADER_MUTATIONS: Readonly<Record<string, Mutation>> = {
  'typ JWT': withMembers('"typ":"JWT"'),
  'typ at+jwt': withMembers('"typ":"application/at+jwt"'),
  'typ dpop+jwt': withMembers('"typ":"dpop+jwt"'),
  'typ a number': withMembers('"typ":1'),
  'kid missing': withHeader((alg) => `{"alg":"${alg}"}`),
  'kid of no key': withHeader((alg) => `{"alg":"${alg}","kid":"x"}`),
  'kid a number': withHeader((alg) => `{"alg":"${alg}","kid":1}`),
  'kid with a control character': withHeader((alg) => `{"alg":"${alg}","kid":"k\\n"}`),
  'kid of 6 KB': withHeader((alg) => `{"alg":"${alg}","kid":"${'k'.repeat(5000)}"}`),
  'alg none': withHeader(() => '{"alg":"none","kid":"k"}'),
  'alg in lower case': withHeader((alg) => `{"alg":"${alg.toLowerCase()}","kid":"k"}`),
  'alg in an array': withHeader((alg) => `{"alg":["${alg}"],"kid":"k"}`),
  'alg missing': withHeader(() => '{"kid":"k"}'),
  'alg null': withHeader(() => '{"alg":null,"kid":"k"}'),
  'alg of another key': withHeader((alg) => `{"alg":"${alg === 'HS256' ? 'RS256' : 'HS256'}","kid":"k"}`),
  'alg twice': withHeader((alg) => `{"alg":"none","alg":"${alg}","kid":"k"}`),
  'crit of an unknown extension': withMembers('"crit":["x"],"x":1'),
  'crit empty': withMembers('"crit":[]'),
  'crit null': withMembers('"crit":null'),
  'crit false': withMembers('"crit":false'),
  'b64 true': withMembers('"b64":true'),
  'b64 false': withMembers('"b64":false'),
  'b64 true, and critical': withMembers('"b64":true,"crit":["b64"]'),
  'a nested token by cty': withMembers('"cty":"JWT"'),
  'enc in a signed token': withMembers('"enc":"A128GCM"'),
  zip: withMembers('"zip":"DEF"'),
  'a key in the header': withMembers('"jwk":{"kty":"oct","k":"AA"}'),
  'a header with spaces': withHeader((alg) => ` { "alg" : "${alg}" , "kid" : "k" } `),
  'a header with a byte order mark': withHeader((alg) => `\ufeff{"alg":"${alg}","kid":"k"}`),
  'a header in an array': withHeader((alg) => `[{"alg":"${alg}","kid":"k"}]`),
}

const TIME_VALUES = [
  '"1790000600"',
  'null',
  'true',
  '[]',
  '1790000600.5',
  '1e400',
  '-1',
  '-0',
  '0',
  '1790000600000',
  '253402300800',
]

const CLAIM_MUTATIONS: Readonly<Record<string, Mutation>> = {
  'other claims': withClaims({ scope: 'a b', nested: { a: [1] }, name: 'é😀' }),
  ...Object.fromEntries(
    ['exp', 'nbf', 'iat'].flatMap((name) =>
      TIME_VALUES.map((json) => [`${name} ${json}`, withRaw(name, json)]),
    ),
  ),
  'exp missing': withClaims({ exp: undefined }),
  'exp at the end of the leeway': withClaims({ exp: NOW_SECONDS - 30 }),
  'exp one second before the end of the leeway': withClaims({ exp: NOW_SECONDS - 29 }),
  'nbf at the end of the leeway': withClaims({ nbf: NOW_SECONDS + 30 }),
  'nbf one second after the leeway': withClaims({ nbf: NOW_SECONDS + 31 }),
  'iat one second after the leeway': withClaims({ iat: NOW_SECONDS + 31 }),
  'iat missing': withClaims({ iat: undefined }),
  'iss missing': withClaims({ iss: undefined }),
  'iss with a slash': withClaims({ iss: `${ISSUER}/` }),
  'iss in upper case': withClaims({ iss: ISSUER.toUpperCase() }),
  'iss in an array': withClaims({ iss: [ISSUER] }),
  'iss null': withClaims({ iss: null }),
  'aud missing': withClaims({ aud: undefined }),
  'aud of another': withClaims({ aud: 'x' }),
  'aud a prefix': withClaims({ aud: AUDIENCE.slice(0, -1) }),
  'aud in a list': withClaims({ aud: ['x', AUDIENCE] }),
  'aud in an empty list': withClaims({ aud: [] }),
  'aud in a list of lists': withClaims({ aud: [[AUDIENCE]] }),
  'aud beside a number': withClaims({ aud: [AUDIENCE, 1] }),
  'aud an object': withClaims({ aud: { [AUDIENCE]: true } }),
  'aud null': withClaims({ aud: null }),
  'sub a number': withClaims({ sub: 1 }),
  'sub null': withClaims({ sub: null }),
  'jti a number': withClaims({ jti: 1 }),
  'cnf of a bound token': withClaims({ cnf: { jkt: 'x' } }),
  'sub twice': withPayload((claims) => appendToEnd(claims, '"sub":"admin"')),
  'sub twice, once escaped': withPayload((claims) => appendToEnd(claims, String.raw`"\u0073ub":"admin"`)),
  'a nested member twice': withPayload((claims) => appendToEnd(claims, '"a":{"b":1,"b":2}')),
  'a member named __proto__': withPayload((claims) => appendToEnd(claims, '"__proto__":{"admin":true}')),
  'claims with a byte order mark': withPayload((claims) => `\ufeff${claims}`),
  'claims in an array': withPayload((claims) => `[${claims}]`),
  'claims in a string': withPayload((claims) => JSON.stringify(claims)),
  'claims null': withPayload(() => 'null'),
  'claims with a NUL behind': withPayload((claims) => `${claims}\u0000`),
  'claims that are not UTF-8': withPayload((claims) =>
    Buffer.from(claims.replace('user-1', 'user\u00ff'), 'latin1'),
  ),
  'claims in UTF-16': withPayload((claims) => Buffer.from(claims, 'utf16le')),
  'claims of 40 levels': withPayload((claims) =>
    appendToEnd(claims, `"a":${'['.repeat(40)}${']'.repeat(40)}`),
  ),
  'claims of 300 members': withPayload((claims) =>
    appendToEnd(claims, Array.from({ length: 300 }, (_, index) => `"m${index}":1`).join()),
  ),
  'claims of 9 KB': withClaims({ text: 'a'.repeat(9000) }),
}

const ENCODING_MUTATIONS: Readonly<Record<string, Mutation>> = {
  'a header with padding': withSegments((header, payload) => [`${header}=`, payload]),
  'a header with a space': withSegments((header, payload) => [
    `${header.slice(0, 4)} ${header.slice(4)}`,
    payload,
  ]),
  'a payload with padding': withSegments((header, payload) => [header, `${payload}=`]),
  'a payload with a newline': withSegments((header, payload) => [header, `${payload}\n`]),
  'a payload with foreign characters': withSegments((header, payload) => [
    header,
    `${payload.slice(0, 8)}!${payload.slice(8)}`,
  ]),
  'a payload with one character more': withSegments((header, payload) => [
    header,
    `${payload}${'A'.repeat(5 - (payload.length % 4))}`,
  ]),
  'a signature with padding': withText((text) => `${text}==`),
  'a signature with a newline': withText((text) => `${text}\n`),
  'a signature with a space in front': withText((text) => text.replace(/\.([^.]*)$/, '. $1')),
  // Not a space: the cases stand behind `Bearer `, and RFC 6750 §2.1 allows several spaces there.
  'a tab in front': withText((text) => `\t${text}`),
  'a dot behind': withText((text) => `${text}.`),
  'four parts': withText((text) => `${text}.AA`),
  'five parts': withText((text) => `${text}.AA.AA`),
  'a disclosure behind': withText((text) => `${text}~WyJhIl0~`),
  'no signature': withText((text) => text.slice(0, text.lastIndexOf('.') + 1)),
  'two parts': withText((text) => text.slice(0, text.lastIndexOf('.'))),
  'a changed signature': withSignature(flip),
  'a signature one byte shorter': withSignature((signature) => signature.subarray(0, -1)),
  'a signature one byte longer': withSignature((signature) => Buffer.concat([signature, Buffer.alloc(1)])),
  'a signature of zeros': withSignature((signature) => new Uint8Array(signature.length)),
  'the claims of another token': (subject) => {
    const parts = good(subject).split('.')
    return [parts[0], encode(JSON.stringify(goodClaims({ sub: 'admin' }))), parts[2]].join('.')
  },
  'a signature with trailing bits': withText((text) => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const isLoose = (text.length - text.lastIndexOf('.') - 1) % 4 !== 0
    return isLoose ? text.slice(0, -1) + alphabet.charAt(alphabet.indexOf(text.slice(-1)) + 1) : text
  }),
}

/** By name; the unchanged token first. */
export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'a good token': good,
  ...HEADER_MUTATIONS,
  ...CLAIM_MUTATIONS,
  ...ENCODING_MUTATIONS,
}
