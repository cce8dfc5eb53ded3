import { describe, expect, it } from 'bun:test'
import { loadBad, loadGood } from '../../config/load-text.ts'
import { goma, localJwt, SECRET } from './goma-config.ts'

const basic = (rule: string): string =>
  goma('middlewares: [b]', `middlewares:\n  - { name: b, type: basicAuth, paths: [/*], rule: ${rule} }\n`)

describe('what Goma fills in, and Warder does not', () => {
  /** The text, and the line. */
  const CASES: readonly (readonly [string, string, number])[] = [
    [
      'a shared secret',
      goma('middlewares: [g]', localJwt('g', '[/*]').replace(SECRET, '"${GOMA_JWT_SIGNING_SECRET}"')),
      13,
    ],
    ['a password', basic('{ username: admin, password: "${ADMIN_PASSWORD}" }'), 10],
    ['a password as 0.11.0 reads it, too', basic('{ username: admin, password: "{ADMIN_PASSWORD}" }'), 10],
    ['a part of a user', basic('{ users: ["admin:x${ADMIN_PASSWORD}"] }'), 10],
    ['a function', basic('{ username: admin, password: "{{randomString(32)}}" }'), 10],
    [
      'a URL, which is no URL then',
      goma(
        'middlewares: [f]',
        'middlewares:\n  - { name: f, type: forwardAuth, paths: [/*], rule: { authUrl: "${AUTH_URL}" } }\n',
      ),
      10,
    ],
    ['a server', goma('').replace('http://svc:8080', '"${APP}"'), 7],
    ['the address', goma('', '', 'entryPoints: { web: { address: "${HOST}:8080" } }'), 3],
  ]
  for (const [what, text, line] of CASES) {
    it(`is refused once, in its line: ${what}`, async () => {
      const { diagnostics } = await loadBad(text)
      const errors = diagnostics.filter(({ severity }) => severity === 'error')
      expect(errors.map(({ code, position }) => [code as string, position?.line])).toEqual([
        ['ERR_COMPAT_UNSUPPORTED', line],
      ])
      expect(errors[0]?.message).toMatch(/is not filled in$/)
    })
  }

  it('does not matter in a key without effect', async () => {
    const git = 'providers: { git: { enabled: true, auth: { token: "${GIT_TOKEN}" } } }'
    await loadGood(`gateway:\n  ${git}\n`)
    const { warnings } = await loadGood(goma('', '', 'redis: { addr: r, password: "${REDIS_PASSWORD}" }'))
    expect(warnings.map(({ code }) => code)).toContain('WARN_COMPAT_NO_EFFECT')
  })

  it('does not include similar text', async () => {
    await loadGood(
      basic(
        '{ users: ["a:$2y$05$abcdefghijklmnopqrstuuvBFDIo7ZfT0bR5H5q4jZkN1z8kfN6aK", "b:{x} $y $HOME"] }',
      ),
    )
    await loadGood(basic('{ users: ["c:{SHA}qUqP5cyxm6YcTAhz05Hph5gvu9M="] }'))
  })
})
