import { describe, expect, it } from 'bun:test'
import { loadOrThrow } from '../../support/run-service.ts'

const auth = (signIn: string): string => `{ url: "http://127.0.0.1:4180/auth", sign_in: "${signIn}" }`

/** The guarded route stands behind the first one, if there is one; on line 4, or 3. */
const config = (guarded: string, first = ''): string => `version: 1
routes:${first === '' ? '' : `\n  - ${first}`}
  - { name: app, match: { host: "*.example.com" }, upstream: app, ${guarded} }
upstreams: { app: { servers: ["http://127.0.0.1:1"] } }
listen: { gateway: "127.0.0.1:0" }
`

const warningsOf = async (text: string): Promise<readonly string[]> =>
  (await loadOrThrow(text)).warnings
    .filter(({ code }) => code === 'WARN_POLICY_SIGN_IN_GUARDED')
    .map(({ message, position }) => `${position?.line}: ${message}`)

const PUBLIC = '{ match: { path: /oauth2/** }, access: public, upstream: app }'

describe('a login on the same host', () => {
  it('is a warning if the route that it belongs to guards it', async () => {
    const guarded = `forward_auth: ${auth('/oauth2/start?rd=')}`
    expect(await warningsOf(config(guarded))).toEqual([
      '3: nobody can sign in to "app": /oauth2/start is not public, the route "app" guards it',
    ])
    expect(await warningsOf(config(guarded, PUBLIC))).toEqual([])
  })

  it('is a warning if no route matches it', async () => {
    const guarded = `forward_auth: ${auth('/oauth2/start?rd=')}`
    const text = config(guarded).replace('"*.example.com" }', '"*.example.com", path: /app/** }')
    expect(await warningsOf(text)).toEqual([
      '3: nobody can sign in to "app": /oauth2/start is not public, no route matches it',
    ])
  })

  it('is a warning for any judge of a route', async () => {
    const guarded = `all_of: [{ forward_auth: ${auth('/login')} }]`
    expect(await warningsOf(config(guarded))).toHaveLength(1)
  })
})

describe('a login elsewhere', () => {
  it('is not checked', async () => {
    expect(await warningsOf(config(`forward_auth: ${auth('https://login.example.org/?rd=')}`))).toEqual([])
  })
})
