/** Requests that a real PHP serves as other ones than their text, behind the gateway: none gets around its route. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { startProgram } from '../support/live/child-program.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort, isListening } from '../support/live/loopback.ts'
import { ask } from '../support/live/raw-client.ts'
import { startServedGateway } from '../support/live/served-gateway.ts'

const SUPPORT = join(import.meta.dir, '../support/live')

const config = (app: number): string => `version: 1
routes:
  - { name: admin, match: { path: /admin/** }, access: deny }
  - { name: panel, match: { path: /panel, method: [GET, POST] }, access: deny }
  - { name: removal, match: { path: /items/*, method: [DELETE] }, access: deny }
  - { name: rest, match: {}, access: public, upstream: app, encoded: keep }
upstreams:
  app: { servers: ["http://127.0.0.1:${app}"] }
listen: { decisions: 127.0.0.1:0, admin: off, gateway: { address: "127.0.0.1:0" } }
`

const heads = [
  '/',
  '/index.php/',
  '/INDEX.php/',
  '/index%2ephp/',
  '/x/index.php/',
  '/x.php/index.php/',
  '/index.php%2F',
  '//',
  '/./',
  '/%2F',
  '/;/',
]
const names = ['panel', 'Panel', '%70anel', 'admin', 'admin/x', 'admin%2Fx', '%61dmin/x', 'adm%C4%B1n']
const tails = [
  '',
  '/',
  '//',
  '/.',
  '.json',
  '.JSON',
  '.json/',
  '.a.b',
  '%2Ejson',
  ';a',
  '%3Ba',
  '.',
  '%20',
  '%00',
  '?x',
  '%3Fx',
]
const PATHS = heads.flatMap((head) => names.flatMap((name) => tails.map((tail) => head + name + tail)))

const keys = [
  '_method',
  '%5Fmethod',
  '+_method',
  '.method',
  '[method',
  '_method%00',
  '_METHOD',
  'a=1;_method',
  'x&_method',
]
const values = [
  'DELETE',
  'delete',
  '%44ELETE',
  'DELETE%20',
  'DELETE&_method=PUT',
  'PUT&_method=DELETE',
  'DELETE;',
]
const QUERIES = keys.flatMap((key) => values.map((value) => `${key}=${value}`))

const GUARDED: ReadonlySet<string> = new Set(['panel', 'admin', 'removal'])

liveSuite('php', ['php'], () => {
  const cleanup = createCleanup()
  const ports = { app: 0, gateway: 0 }
  beforeAll(async () => {
    ports.app = await freePort()
    const command = ['php', '-S', `127.0.0.1:${ports.app}`, '-t', join(SUPPORT, 'php-front')]
    const php = startProgram(command)
    cleanup.add(() => php.stop())
    await php.ready(`PHP on port ${ports.app}`, async () => (await isListening(ports.app)) || undefined)
    ports.gateway = (await startServedGateway(config(ports.app), cleanup)).port
  })
  afterAll(() => cleanup.run())

  /** What the application reports to have served. */
  const served = async (port: number, method: string, target: string): Promise<string> => {
    const headers = [
      ['Connection', 'close'],
      ...(method === 'POST' ? [['Content-Length', '0']] : []),
    ] as const
    const answer = await ask(port, {
      method,
      target,
      headers: headers as readonly (readonly [string, string])[],
    })
    return answer.values('x-served')[0] ?? `${answer.status} ${answer.values('x-decision-reason')[0]}`
  }
  const cases: readonly (readonly [string, string, readonly string[], number])[] = [
    ['a guarded path', 'GET', PATHS, 100],
    ['a guarded path by HEAD', 'HEAD', PATHS, 100],
    ['a guarded method', 'POST', QUERIES.map((query) => `/items/1?${query}`), 15],
  ]
  for (const [what, method, targets, atLeast] of cases) {
    it(`never serves ${what} by a later route`, async () => {
      let direct = 0
      for (const target of targets) {
        if (!GUARDED.has(await served(ports.app, method, target))) continue
        direct += 1
        const through = await served(ports.gateway, method, target)
        expect(GUARDED.has(through), `${method} ${target} is ${through}`).toBe(false)
      }
      expect(direct).toBeGreaterThan(atLeast)
    })
  }
  it('serves what is not guarded', async () => {
    for (const target of [
      '/',
      '/x/',
      '/index.php/a.json',
      '/index.php/x',
      '/panels',
      '/items/1?_method=PUT',
      '/a%2Fb',
    ])
      expect(await served(ports.gateway, 'POST', target), target).toBe('rest')
  })
})
