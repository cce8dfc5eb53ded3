import { describe, expect, it } from 'bun:test'
import { convertConfig } from '../../../src/compat/convert.ts'
import { loadBad, loadGood } from '../../config/load-text.ts'
import { DOCUMENT } from './goma-config.ts'

const ROUTES = `gateway:
  routes:
    - { name: api, path: /, destination: "http://svc:8080", middlewares: [google-auth] }
`

/** The same with `headers` and `params` where Goma's code read them. */
const INSIDE = DOCUMENT.replace(
  / {4}(headers|params):\n((?: {6}.*\n)+)/g,
  (_, key: string, map: string) => `      ${key}:\n${map.replaceAll(/^/gm, '  ').replace(/ +$/, '')}`,
)

describe("the example of Goma's document", () => {
  for (const [where, text] of [
    ['beside', DOCUMENT],
    ['inside', INSIDE],
  ] as const) {
    it(`asks the auth service, with \`headers\` and \`params\` ${where} \`rule\``, async () => {
      const { settings, warnings } = await loadGood(ROUTES + text)
      const found = warnings.filter(({ code }) => code.startsWith('WARN_COMPAT'))
      expect(found.map(({ code, position }) => [code as string, position?.line])).toEqual([
        ['WARN_COMPAT_PUBLIC_PATHS', 3],
        ['WARN_COMPAT_PATH_WIDENED', 9],
      ])
      const [guarded, open] = settings.routes
      expect(guarded?.path.toSorted()).toEqual(['/example-of-jwt/**', '/protected-access/**'])
      expect(guarded?.access).toMatchObject({
        kind: 'forward_auth',
        forwardAuth: {
          url: 'https://www.example.com/auth/access',
          requiredHeaders: ['authorization'],
          headers: [
            { from: 'userid', to: 'X-Auth-UserId' },
            { from: 'usercountryid', to: 'X-Auth-UserCountryId' },
          ],
          params: [{ from: 'usercountryid', to: 'countryId' }],
          sendHeaders: 'all',
          allowStatus: '200',
        },
      })
      expect(open).toMatchObject({ path: ['/**'], access: { kind: 'public' } })
    })
  }

  it('is converted to a warder.yaml with the same settings', async () => {
    const original = await loadGood(ROUTES + DOCUMENT)
    expect((await loadGood(convertConfig(original))).settings).toEqual(original.settings)
  })

  it('sends an auth service of forwardAuth no more than Goma does', async () => {
    const rule = `{ authUrl: "https://a.example/v", authRequestHeaders: [X-Tenant, cookie], authResponseHeaders: ["userId: X-User-Id", X-Role], authResponseHeadersAsParams: [role], addAuthCookiesToResponse: [sid] }`
    const middlewares = `middlewares: [{ name: google-auth, type: forwardAuth, paths: [/*], rule: ${rule} }]\n`
    const { settings } = await loadGood(ROUTES + middlewares)
    expect(settings.routes[0]?.access).toMatchObject({
      forwardAuth: {
        sendHeaders: ['authorization', 'cookie', 'user-agent', 'x-tenant'],
        headers: [
          { from: 'userid', to: 'X-User-Id' },
          { from: 'x-role', to: 'X-Role' },
        ],
        params: [{ from: 'role', to: 'role' }],
        answerCookies: ['sid'],
      },
    })
  })

  const signIns = [
    ['https://login.example/?rd=', 'https://login.example/?rd='],
    ['https://login.example/in', 'https://login.example/in'],
    ['', undefined],
  ] as const
  for (const [authSignIn, signIn] of signIns) {
    it(`leads browsers to authSignIn ${JSON.stringify(authSignIn)}`, async () => {
      const rule = `{ authUrl: "https://a.example/v", authSignIn: "${authSignIn}" }`
      const middlewares = `middlewares: [{ name: google-auth, type: forwardAuth, paths: [/*], rule: ${rule} }]\n`
      const original = await loadGood(ROUTES + middlewares)
      const { access } = original.settings.routes[0] ?? {}
      expect(access?.kind === 'forward_auth' ? access.forwardAuth.signIn : 'none').toBe(signIn)
      expect((await loadGood(convertConfig(original))).settings).toEqual(original.settings)
    })
  }

  it('is refused at the line of an auth service with an invalid URL', async () => {
    const { diagnostics } = await loadBad(ROUTES + DOCUMENT.replace('https://www', 'ftp://www'))
    const [error] = diagnostics.filter(({ severity }) => severity === 'error')
    const line = (ROUTES + DOCUMENT).split('\n').findIndex((text) => text.includes('url:')) + 1
    expect(error?.position?.line).toBe(line)
  })
})
