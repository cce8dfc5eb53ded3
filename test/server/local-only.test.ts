import { connect } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'bun:test'
import { createHttpListener } from '../../src/server/http-listener.ts'
import { localOnly } from '../../src/server/local-only.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { CONFIG, runService } from '../support/run-service.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

/** The head of the answer to these lines, on a connection of its own. */
const ask = (port: number, lines: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${lines.join('\r\n')}\r\n\r\n`))
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1')
      const end = answer.indexOf('\r\n\r\n')
      if (end < 0) return
      socket.destroy()
      resolve(answer.slice(0, end).toLowerCase())
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(answer))
  })

const statusOf = (head: string): number => Number(head.split(' ')[1])

function listen(hosts: readonly string[] = []): number {
  const listener = createHttpListener(
    { kind: 'tcp', host: '127.0.0.1', port: 0 },
    localOnly({ '/': () => new Response('ok') }, () => hosts),
  )
  cleanup.add(() => listener.stop())
  return Number(listener.address.split(':').at(-1))
}

describe('a listener for this machine alone', () => {
  const HOSTS: readonly (readonly [host: string, status: number])[] = [
    ['127.0.0.1', 200],
    ['127.0.0.1:9181', 200],
    ['10.1.2.3:9181', 200],
    ['[::1]:9181', 200],
    ['[fd00::1]', 200],
    ['localhost', 200],
    ['LOCALHOST:80', 200],
    ['localhost.', 200],
    ['warder.localhost', 200],
    ['named.example', 200],
    ['NAMED.example:1', 200],
    ['a.below.example', 200],
    ['below.example', 421],
    ['evil.example', 421],
    ['localhost.evil.example', 421],
    ['evillocalhost', 421],
    ['127.0.0.1.evil.example', 421],
    ['127.0.0.1.nip.io', 421],
    ['999.0.0.1', 421],
    ['[::1].evil.example', 421],
    ['xnamed.example', 421],
  ]
  for (const [host, status] of HOSTS) {
    it(`answers ${status} to the host ${host}`, async () => {
      const head = await ask(listen(['named.example', '*.below.example']), [
        'GET / HTTP/1.1',
        `Host: ${host}`,
      ])
      expect(statusOf(head)).toBe(status)
      expect(head).toContain('cross-origin-resource-policy: same-origin')
      expect(head).not.toContain('access-control-')
    })
  }

  const ORIGINS: readonly (readonly [fields: readonly string[], status: number])[] = [
    [['Sec-Fetch-Site: none'], 200],
    [['Sec-Fetch-Site: same-origin', 'Origin: http://127.0.0.1:9'], 200],
    [['Sec-Fetch-Site: cross-site'], 403],
    [['Sec-Fetch-Site: same-site'], 403],
    [['Origin: null'], 403],
    [['Origin: https://127.0.0.1:9'], 403],
    [['Origin: http://127.0.0.1:10'], 403],
    [['Origin: http://evil.example'], 403],
  ]
  for (const [fields, status] of ORIGINS)
    it(`answers ${status} to ${fields.join(', ')}`, async () =>
      expect(statusOf(await ask(listen(), ['GET / HTTP/1.1', 'Host: 127.0.0.1:9', ...fields]))).toBe(status))

  it('answers HTTP/1.0 without a host, as old health checks ask', async () =>
    expect(statusOf(await ask(listen(), ['GET / HTTP/1.0']))).toBe(200))

  it('is never asked with two hosts', async () =>
    expect(
      statusOf(await ask(listen(), ['GET / HTTP/1.1', 'Host: 127.0.0.1', 'Host: evil.example'])),
    ).toBeGreaterThanOrEqual(400))
})

describe('the admin listener', () => {
  const portOf = (admin: string): number => Number(admin.split(':').at(-1))
  const get = (path: string, host: string): readonly string[] => [`GET ${path} HTTP/1.1`, `Host: ${host}`]

  it('answers under its address, and under other names only when they are listed', async () => {
    const { service, admin } = await runService()
    cleanup.add(() => service.stop(0))
    for (const path of ['/livez', '/readyz', '/readyz?verbose', '/metrics', '/v1/keys', '/v1/upstreams']) {
      expect(statusOf(await ask(portOf(admin), get(path, '127.0.0.1')))).toBe(200)
      expect(statusOf(await ask(portOf(admin), get(path, 'evil.example')))).toBe(421)
    }
  })

  it('takes the names of the configuration that is in force', async () => {
    const named = CONFIG.replace('admin: 127.0.0.1:0', 'admin: 127.0.0.1:0, admin_hosts: [warder.internal]')
    const { service, admin } = await runService(named)
    cleanup.add(() => service.stop(0))
    expect(statusOf(await ask(portOf(admin), get('/livez', 'warder.internal:80')))).toBe(200)
    expect(statusOf(await ask(portOf(admin), get('/livez', 'other.internal')))).toBe(421)
  })

  it('answers any name on a unix socket, which no browser reaches', async () => {
    const path = join(createTempDir(cleanup), 'admin.sock')
    const { service } = await runService(CONFIG.replace('admin: 127.0.0.1:0', `admin: "unix:${path}"`))
    cleanup.add(() => service.stop(0))
    expect((await fetch('http://any.example/livez', { unix: path })).status).toBe(200)
  })
})
