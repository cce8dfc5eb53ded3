/** The configuration and the requests of goma-differences.ts. */
import { createHmac } from 'node:crypto'
import type { RawRequest } from '../test/support/live/raw-client.ts'

/** The version of Goma that the configuration is for: 0.2.0, or 0.7 and later. */
export type Words = 'OLD' | 'NEW'

interface Places {
  readonly app: string
  readonly auth: string
  readonly port: number
}

export const configFor = (words: Words, places: Places): string =>
  words === 'OLD' ? oldConfig(places) : newConfig(places)

const SECRET = 'qwertyuiopasdfghjklzxcvbnm123456'

const oldConfig = ({ app, auth }: Places): string => `version: 1.0
gateway:
  routes:
    - { name: api, path: /api, destination: "${app}", methods: [GET, POST, HEAD], middlewares: [auth, basic, closed] }
    - { name: web, path: /, destination: "${app}" }
middlewares:
  - name: auth
    type: jwt
    paths: [/admin, /tree/*]
    rule: { url: "${auth}/check", requiredHeaders: [Authorization], headers: { userId: X-User }, params: { userId: uid } }
  - { name: basic, type: basic, paths: [/basic], rule: { username: u, password: p } }
  - { name: closed, type: access, paths: [/internal/*] }
`

const newConfig = ({ app, auth, port }: Places): string => `version: 2
gateway:
  entryPoints: { web: { address: "127.0.0.1:${port}" }, webSecure: { address: "127.0.0.1:${port + 1}" } }
  routes:
    - { name: api, path: /api, target: "${app}", methods: [GET, POST, HEAD], middlewares: [auth, basic, closed, token] }
    - { name: web, path: /, target: "${app}" }
middlewares:
  - name: auth
    type: forwardAuth
    paths: [/admin, /tree/*]
    rule: { authUrl: "${auth}/check", authResponseHeaders: ["userId: X-User"], authResponseHeadersAsParams: ["userId: uid"] }
  - { name: basic, type: basicAuth, paths: [/basic], rule: { users: [{ username: u, password: p }] } }
  - { name: closed, type: access, paths: [/internal/*] }
  - name: token
    type: jwtAuth
    paths: [/token]
    rule: { secret: ${SECRET}, issuer: me, audience: you, forwardHeaders: { X-Sub: sub } }
`

/** Every spelling of, or near, a guarded path that a version of Goma or a server reads differently. */
export const PATHS: readonly string[] = [
  '/api',
  '/api/',
  '/api/admin',
  '/api/admin/',
  '/api/admin/x',
  '/api/administrator',
  '/api/ADMIN',
  '/api/Admin/x',
  '/API/admin',
  '/api/v1/admin',
  '//api/admin',
  '/api//admin',
  '/api/./admin',
  '/api/x/../admin',
  '/api/%61dmin',
  '/api/admin%2Fx',
  '/api%2Fadmin',
  '/api/admin;x',
  '/api/tree',
  '/api/tree/x',
  '/api/treehouse',
  '/api/basic',
  '/api/basic/x',
  '/api/internal',
  '/api/internal/x',
  '/api/internals',
  '/api/token',
  '/api/token/x',
  '/api/open?b=1&a=%20x&flag',
  '/apis',
  '/apis/admin',
  '/admin',
  '/other',
]

/** What Goma denies and Warder does not: the differences of docs/compat.md. */
export const isListedOpening = ({ target = '', headers = [] }: RawRequest): boolean =>
  ['/api/administrator', '/api/treehouse', '/api/internals', '/api/v1/admin'].includes(target) ||
  headers.some(([, value]) => value.startsWith('basic '))

type Headers = readonly (readonly [name: string, value: string])[]

const authorization = (value: string): Headers => [['Authorization', value]]

const BEARERS = ['good', 'bad', 'poor', 'broken', 'empty', 'away']

/** The first two are no token and a valid token. */
export function credentialsFor(words: Words): readonly Headers[] {
  const tokens =
    words === 'OLD' ? [] : Object.values(mintTokens()).map((token) => authorization(`Bearer ${token}`))
  return [
    [],
    ...BEARERS.map((name) => authorization(`Bearer ${name}`)),
    authorization('bearer good'),
    [...authorization('Bearer good'), ...authorization('Bearer bad')],
    [...authorization('Bearer bad'), ...authorization('Bearer good')],
    authorization(`Basic ${btoa('u:p')}`),
    authorization(`basic ${btoa('u:p')}`),
    authorization(`Basic ${btoa('u:wrong')}`),
    authorization('Basic !'),
    ...tokens,
  ]
}

/** Tokens signed with the secret, each with one peculiarity. */
function mintTokens(): Readonly<Record<string, string>> {
  const now = Math.floor(Date.now() / 1000)
  const good = { iss: 'me', aud: 'you', sub: 'alice', iat: now, exp: now + 3600 }
  const { exp: _, ...withoutExp } = good
  return {
    good: mint({}, good),
    expired: mint({}, { ...good, exp: now - 3600 }),
    withoutExp: mint({}, withoutExp),
    issuedLater: mint({}, { ...good, iat: now + 3000 }),
    notYet: mint({}, { ...good, nbf: now + 3000 }),
    otherIssuer: mint({}, { ...good, iss: 'you' }),
    otherAudience: mint({}, { ...good, aud: 'me' }),
    critical: mint({ crit: ['x'], x: 1 }, good),
    unsigned: mint({ alg: 'none' }, good).replace(/[^.]*$/, ''),
    otherKey: mint({}, good, 'another-secret-of-32-bytes-length'),
    withoutSub: mint({}, { ...good, sub: undefined }),
  }
}

function mint(header: object, claims: object, secret = SECRET): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')
  const text = `${encode({ alg: 'HS256', typ: 'JWT', ...header })}.${encode(claims)}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}
