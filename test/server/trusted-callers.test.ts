import { afterEach, describe, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { mint } from '../support/mint.ts'
import { CONFIG, runService } from '../support/run-service.ts'
import { compileTrustedCallers } from '../../src/server/trusted-callers.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const OLD = 'o'.repeat(16)
const NEW = 'n'.repeat(16)
const isTrusted = compileTrustedCallers([
  { from: ['10.0.0.0/8', 'unix'] },
  { secret: { header: 'X-Warder-Secret', values: [OLD, NEW] } },
  { from: ['192.0.2.0/24'], secret: { header: 'X-Key', values: [OLD] } },
])

describe('a caller', () => {
  const cases: readonly (readonly [
    what: string,
    peer: string,
    fields: [string, string][],
    trusted: boolean,
  ])[] = [
    ['of a network', '10.1.2.3', [], true],
    ['of a network, as IPv6 writes IPv4', '::ffff:10.1.2.3', [], true],
    ['on a unix socket', '', [], true],
    ['of another network', '192.0.2.1', [], false],
    ['with a secret', '198.51.100.1', [['x-warder-secret', NEW]], true],
    ['with the previous secret', '198.51.100.1', [['X-Warder-Secret', OLD]], true],
    ['with a wrong secret', '198.51.100.1', [['x-warder-secret', `${OLD}x`]], false],
    ['with an empty secret', '198.51.100.1', [['x-warder-secret', '']], false],
    [
      'with two secrets',
      '198.51.100.1',
      [
        ['x-warder-secret', OLD],
        ['x-warder-secret', NEW],
      ],
      false,
    ],
    ['with the right secret in another field', '198.51.100.1', [['x-key', OLD]], false],
    ['of the network that needs a secret, with it', '192.0.2.1', [['x-key', OLD]], true],
    ['of the network that needs a secret, with another one', '192.0.2.1', [['x-key', NEW]], false],
  ]
  for (const [what, peer, fields, trusted] of cases)
    it(`${what} is ${trusted ? '' : 'not '}trusted`, () => {
      expect(isTrusted?.(peer, new Headers(fields))).toBe(trusted)
    })
})

describe('a listener with trusted_callers', () => {
  const start = async (callers: string) => {
    const running = await runService(`${CONFIG}trusted_callers: ${callers}\n`)
    cleanup.add(() => running.service.stop(0))
    const ask = (path: string, headers: Record<string, string> = {}) =>
      fetch(`${running.decisions}${path}`, {
        headers: { authorization: `Bearer ${mint({ scope: 'orders:read' })}`, ...headers },
      })
    return { running, ask }
  }

  it('denies every other caller on every endpoint, before it reads anything of the request, and logs the address', async () => {
    const { running, ask } = await start('[{ from: 10.0.0.0/8 }]')
    for (const path of ['/v1/auth/token/read', '/v1/auth/nginx', '/v1/auth/nginx/read', '/v1/auth/forward']) {
      const { status, headers } = await ask(path)
      expect([path, status, headers.get('x-decision-reason'), headers.get('x-auth-subject')]).toEqual([
        path,
        403,
        'caller_untrusted',
        null,
      ])
    }
    expect((await ask('/v1/auth/other')).status).toBe(404)
    expect(running.lines).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        reason: 'caller_untrusted',
        detail: '127.0.0.1',
        via: 'forward',
      }),
    )
  })

  it('answers those with the secret, which no line has', async () => {
    const { running, ask } = await start(`[{ secret: ${OLD} }]`)
    expect((await ask('/v1/auth/token/read', { 'x-warder-secret': OLD })).status).toBe(200)
    expect((await ask('/v1/auth/token/read', { 'x-warder-secret': NEW })).status).toBe(403)
    expect(JSON.stringify(running.lines)).not.toContain(OLD)
    expect(JSON.stringify(running.lines)).not.toContain(NEW)
  })
})
