import { afterAll, describe, expect, it } from 'bun:test'
import { createTestIssuer } from '../../src/testing/test-issuer.ts'
import { asked, mint } from '../support/mint.ts'
import { runService } from '../support/run-service.ts'
import { createSandbox, SECRET } from './fixtures.ts'
import { errorCodeOf, runWarder } from './run-warder.ts'

const sandbox = createSandbox()
const config = `${sandbox.path}/warder.yaml`
const issuer = createTestIssuer('https://idp.example.com')
const jwks = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch: () => Response.json({ keys: [...issuer.jwks().keys, { kty: 'oct', kid: 'shared', k: 'AAAA' }] }),
})
const health = { status: 200 }
const admin = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch: (request) =>
    new Response(`[+] ${new URL(request.url).pathname}\nready\n`, { status: health.status }),
})
const adminUrl = `http://127.0.0.1:${admin.port}`
afterAll(async () => {
  sandbox.remove()
  await Promise.all([jwks.stop(true), admin.stop(true)])
})

const remoteConfig = (url: string): string =>
  `version: 1\nissuers: [{ name: remote, issuer: https://idp.example.com, audience: any, keys: { jwks_url: "${url}", allow_http: true } }]\n`

describe('keys list', () => {
  it('lists the keys in force and those refused, with why', async () => {
    const file = sandbox.write('remote.yaml', remoteConfig(`http://127.0.0.1:${jwks.port}/`))
    const { code, stdout } = await runWarder(['keys', 'list', '-c', file, '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'warder.keys/v1',
      issuers: [
        {
          name: 'remote',
          state: 'fresh',
          keys: [{ kid: 'test-1', type: 'P-256', algorithms: ['ES256'] }],
          ignored: [{ kid: 'shared' }],
        },
      ],
    })
    const text = await runWarder(['keys', 'list', '-c', file])
    expect(text.stdout).toMatch(/^ISSUER +KID +TYPE/)
    expect(text.stdout).toMatch(/\nremote +test-1 +P-256 +ES256 +\S{43} +fresh /)
    expect(text.stdout).toMatch(/\nignored {2}remote: kid "shared": /)
  })

  it('asks a running Warder, which knows when a key was last used', async () => {
    const running = await runService()
    const headers = asked('GET', 'https://api.example.com/orders/42', mint({ scope: 'orders:read' }))
    expect((await fetch(`${running.decisions}/v1/auth/nginx`, { headers })).status).toBe(200)
    const { code, stdout } = await runWarder(['keys', 'list', '--server', running.admin, '--json'])
    expect(code).toBe(0)
    const answer = JSON.parse(stdout) as { issuers: { keys: { lastUsed: string | null }[] }[] }
    expect(answer.issuers[0]?.keys[0]?.lastUsed).toMatch(/Z$/)
    const text = await runWarder(['keys', 'list', '--server', running.admin])
    expect(text.stdout).toMatch(/\nmain +– +HMAC 256 bits +HS256 +– +fresh /)
    await running.service.stop(0)
  })

  it('reports the listener for decisions as the wrong one, and an address where nothing listens', async () => {
    const running = await runService()
    const wrong = await runWarder(['keys', 'list', '--server', running.decisions])
    expect([wrong.code, errorCodeOf(wrong)]).toEqual([6, 'ERR_CLI_UNREACHABLE'])
    await running.service.stop(0)
    const dead = await runWarder(['keys', 'list', '--server', running.admin])
    expect([dead.code, errorCodeOf(dead)]).toEqual([6, 'ERR_CLI_UNREACHABLE'])
  })

  it('ends with 6 if an issuer has no keys', async () => {
    const file = sandbox.write('dead.yaml', remoteConfig('http://127.0.0.1:1/'))
    const { code, stderr } = await runWarder(['keys', 'list', '-c', file])
    expect([code, stderr.includes('issuer remote')]).toEqual([6, true])
  })
})

describe('healthcheck', () => {
  const file = sandbox.write(
    'admin.yaml',
    `version: 1\nissuers: [{ name: a, issuer: https://a, audience: any, keys: { secret: ${SECRET} } }]\nlisten: { admin: "127.0.0.1:${admin.port}" }\n`,
  )
  const off = sandbox.write(
    'off.yaml',
    `version: 1\nissuers: [{ name: a, issuer: https://a, audience: any, keys: { secret: ${SECRET} } }]\nlisten: { admin: off }\n`,
  )

  it('prints the answer of the admin listener: 0 when it is ready', async () => {
    health.status = 200
    expect(await runWarder(['healthcheck', '--url', adminUrl])).toEqual({
      code: 0,
      stdout: '[+] /readyz\nready\n',
      stderr: '',
    })
  })

  it('asks /livez with --live', async () => {
    health.status = 200
    expect((await runWarder(['healthcheck', '--url', adminUrl, '--live'])).stdout).toContain('/livez')
  })

  it('finds the listener in the configuration', async () => {
    health.status = 200
    const { code, stdout } = await runWarder(['healthcheck', '-c', file, '--json'])
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      { schema: 'warder.health/v1', ok: true, status: 200, lines: ['[+] /readyz', 'ready'] },
    ])
  })

  it('ends with 6 when it is not ready', async () => {
    health.status = 503
    expect((await runWarder(['healthcheck', '--url', adminUrl])).code).toBe(6)
  })

  it('asks the default address if there is no configuration file, and a named file must exist', async () => {
    // Something may or may not listen there; what counts is that it was asked.
    expect([0, 6]).toContain((await runWarder(['healthcheck', '--timeout', '1s'])).code)
    const named = await runWarder(['healthcheck'], { env: { WARDER_CONFIG: `${sandbox.path}/none.yaml` } })
    expect([named.code, errorCodeOf(named)]).toEqual([3, 'ERR_CONFIG_FILE_MISSING'])
  })

  it('refuses to guess if the listener is off', async () => {
    const ran = await runWarder(['healthcheck', '-c', off])
    expect([ran.code, errorCodeOf(ran)]).toEqual([2, 'ERR_CLI_USAGE'])
  })
})

describe('config', () => {
  it('shows every default and no secret', async () => {
    const { code, stdout } = await runWarder(['config', 'show', '-c', config])
    expect([code, stdout.includes('leeway: 30s'), stdout.includes(SECRET)]).toEqual([0, true, false])
    const json = await runWarder(['config', 'show', '-c', config, '--json'])
    expect(JSON.parse(json.stdout)).toMatchObject({ schema: 'warder.config/v1', config: { version: 1 } })
  })

  it('prints the JSON Schema', async () => {
    const { code, stdout } = await runWarder(['config', 'schema'])
    expect([code, (JSON.parse(stdout) as { title: string }).title]).toEqual([0, 'warder.yaml'])
  })

  it('converts a jwtauthrequest configuration, with its warnings, to one that check accepts', async () => {
    const foreign = sandbox.write(
      'config.json',
      JSON.stringify({
        'listen-port': ':9180',
        clients: [
          {
            endpoints: ['/auth'],
            name: 'test',
            'token-name': 'token',
            HMAC: SECRET,
            'allowed-algo': ['HS256'],
          },
        ],
      }),
    )
    const converted = await runWarder(['config', 'convert', foreign])
    expect([converted.code, converted.stderr.includes('WARN_COMPAT_')]).toEqual([0, true])
    const written = sandbox.write('converted.yaml', converted.stdout)
    expect((await runWarder(['check', written])).code).toBe(0)
  })
})

describe('config convert of a configuration that is refused', () => {
  const GOMA = `gateway:
  routes:
    - { name: api, path: /api, destination: "http://svc:1", priority: 1 }
    - { name: web, path: /, destination: "http://web:1" }
`

  it('prints the rest with its TODO lines, and ends with 7', async () => {
    const foreign = sandbox.write('goma.yml', GOMA)
    const { code, stdout, stderr } = await runWarder(['config', 'convert', foreign])
    expect([code, stderr.includes('ERR_COMPAT_UNSUPPORTED')]).toEqual([7, true])
    expect(stdout).toMatch(/^# TODO ERR_COMPAT_UNSUPPORTED: .*goma\.yml:3/)
    const written = sandbox.write('part.yaml', stdout)
    expect((await runWarder(['check', written])).code).toBe(0)
  })

  it('reports it as JSON', async () => {
    const foreign = sandbox.write('goma.yml', GOMA)
    const { code, stdout } = await runWarder(['config', 'convert', foreign, '--json'])
    expect([code, (JSON.parse(stdout) as { complete: boolean }).complete]).toEqual([7, false])
    const whole = sandbox.write('whole.yml', GOMA.replace(', priority: 1', ''))
    const converted = await runWarder(['config', 'convert', whole, '--json'])
    expect([converted.code, (JSON.parse(converted.stdout) as { complete: boolean }).complete]).toEqual([
      0,
      true,
    ])
  })

  it('ends with 3 if nothing can be converted', async () => {
    const foreign = sandbox.write('goma.yml', 'gateway: {')
    const { code, stdout } = await runWarder(['config', 'convert', foreign])
    expect([code, stdout]).toEqual([3, ''])
  })

  it('needs none of the certificates that the configuration names', async () => {
    const tls = '  tlsCertFile: /nowhere/a.pem\n  tlsKeyFile: /nowhere/a.key\n'
    const foreign = sandbox.write(
      'goma.yml',
      GOMA.replace(', priority: 1', '').replace('gateway:\n', `gateway:\n${tls}`),
    )
    expect((await runWarder(['config', 'convert', foreign])).code).toBe(0)
  })
})
