import { afterEach, describe, expect, it } from 'bun:test'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { WarderError } from '../../src/errors.ts'
import { freeSocket } from '../../src/server/free-socket.ts'
import { createHttpListener } from '../../src/server/http-listener.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { createTempDir } from '../support/live/temp-dir.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const LOOPBACK = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const
const ok = (): Response => new Response('ok')

describe('createHttpListener()', () => {
  it('listens on a unix socket, and removes it when it stops', async () => {
    const path = join(createTempDir(cleanup), 'warder.sock')
    const listener = createHttpListener({ kind: 'unix', path }, { '/': ok })
    expect(listener.address).toBe(`unix:${path}`)
    expect(await (await fetch('http://warder/', { unix: path })).text()).toBe('ok')
    await listener.stop()
    expect(existsSync(path)).toBe(false)
  })

  it('takes over the socket file of a process that was killed', async () => {
    const path = join(createTempDir(cleanup), 'warder.sock')
    const dead = Bun.spawn(
      [
        process.execPath,
        '-e',
        `Bun.serve({unix:${JSON.stringify(path)},fetch:()=>new Response()});console.log("up")`,
      ],
      { stdout: 'pipe' },
    )
    await dead.stdout.getReader().read()
    dead.kill('SIGKILL')
    await dead.exited
    expect(existsSync(path)).toBe(true)
    await freeSocket({ kind: 'unix', path })
    const listener = createHttpListener({ kind: 'unix', path }, { '/': ok })
    expect((await fetch('http://warder/', { unix: path })).status).toBe(200)
    await listener.stop()
  })

  it('does not take the socket of a process that is running', async () => {
    const path = join(createTempDir(cleanup), 'warder.sock')
    const living = createHttpListener({ kind: 'unix', path }, { '/': ok })
    expect(freeSocket({ kind: 'unix', path })).rejects.toMatchObject({ code: 'ERR_SERVER_LISTEN' })
    expect(() => createHttpListener({ kind: 'unix', path }, {})).toThrow(WarderError)
    expect((await fetch('http://warder/', { unix: path })).status).toBe(200)
    await living.stop()
  })

  const answers = {
    '/now': ok,
    '/later': async (): Promise<Response> => {
      await Promise.resolve()
      return ok()
    },
  }
  for (const path of [...Object.keys(answers), '/nowhere']) {
    it(`makes every answer the last on its connection, so that no client piles up answers: ${path}`, async () => {
      const listener = createHttpListener(LOOPBACK, answers)
      const answer = await fetch(`http://${listener.address}${path}`)
      expect(answer.headers.get('connection')).toBe('close')
      await listener.stop()
    })
  }

  it('leaves the socket of its successor alone when its last request is answered', async () => {
    const path = join(createTempDir(cleanup), 'warder.sock')
    const asked = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<Response>()
    const slow = (): Promise<Response> => {
      asked.resolve()
      return answer.promise
    }
    const old = createHttpListener({ kind: 'unix', path }, { '/': slow })
    const last = fetch('http://warder/', { unix: path })
    await asked.promise
    const stopped = old.stop()
    await freeSocket({ kind: 'unix', path })
    const successor = createHttpListener({ kind: 'unix', path }, { '/': ok })
    answer.resolve(new Response('late'))
    expect(await (await last).text()).toBe('late')
    await stopped
    expect((await fetch('http://warder/', { unix: path })).status).toBe(200)
    await successor.stop()
  })

  it('leaves a file alone that is not a socket', () => {
    const path = join(createTempDir(cleanup), 'precious')
    writeFileSync(path, 'data')
    expect(() => createHttpListener({ kind: 'unix', path }, {})).toThrow(WarderError)
    expect(existsSync(path)).toBe(true)
  })

  it('names the address that is taken', async () => {
    const first = createHttpListener(LOOPBACK, {})
    const port = Number(first.address.split(':')[1])
    expect(() => createHttpListener({ ...LOOPBACK, port }, {})).toThrow(
      expect.objectContaining({ code: 'ERR_SERVER_LISTEN', message: expect.stringContaining(String(port)) }),
    )
    await first.stop()
  })

  it('answers 503 without details when a handler throws', async () => {
    const boom = (): Response => {
      throw new Error('secret detail')
    }
    const listener = createHttpListener(LOOPBACK, { '/': boom })
    const answer = await fetch(`http://${listener.address}/`)
    expect(answer.status).toBe(503)
    expect(await answer.text()).toBe('')
    await listener.stop()
  })
})
