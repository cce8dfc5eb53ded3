/** Hashed names in the log of several processes. Linux only, as workers are. */
import { createSecretKey } from 'node:crypto'
import { afterAll, expect, it } from 'bun:test'
import { signToken } from '../../src/testing/sign-token.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { startServedGateway } from '../support/live/served-gateway.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort } from '../support/live/loopback.ts'
import { connectToEach, waitForWorkers } from '../support/live/worker-service.ts'
import { gatewayConfig } from '../support/run-gateway.ts'
import { AUDIENCE, ISSUER, SECRET } from '../support/run-service.ts'

const hour = 3_600
const now = Math.floor(Date.now() / 1_000)
const tokenOf = (sub: string, exp: number): string =>
  signToken(
    { iss: ISSUER, aud: AUDIENCE, sub, iat: now - 2 * hour, exp },
    { algorithm: 'HS256', kid: undefined, privateKey: createSecretKey(Buffer.from(SECRET)) },
  )

liveSuite('hashed names with several workers, without a key in the configuration', [], () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())

  it('are the same in all of them, after a reload, and after one was killed', async () => {
    const admin = await freePort()
    const config = (allows: string): string =>
      gatewayConfig(['http://127.0.0.1:1'], { workers: 2 })
        .replace('admin: off', `admin: 127.0.0.1:${admin}`)
        .replace('drain:', `log: { identity: hashed, allows: ${allows} }\ndrain:`)
    const { port, process: warder, reload } = await startServedGateway(config('none'), cleanup)
    const askEach = async (pids: readonly number[], token: string): Promise<void> => {
      for (const client of await connectToEach(port, pids)) {
        client.send(
          `GET /orders/1 HTTP/1.1\r\nHost: api.example.com\r\nAuthorization: Bearer ${token}\r\n\r\n`,
        )
        await client.receive()
        client.close()
      }
    }
    const linesOnce = (count: number) =>
      warder.ready(`${count} lines`, () => {
        const found = warder
          .output()
          .split('\n')
          .filter((line) => line.includes('"event":"decision"') && line.endsWith('}'))
        return found.length === count
          ? found.map((line) => JSON.parse(line) as Record<string, unknown>)
          : undefined
      })
    const pids = await waitForWorkers(admin, 2)
    await askEach(pids, tokenOf('alice', now - hour))
    await reload(config('all'))
    await askEach(pids, tokenOf('alice', now + hour))
    // A killed process loses the lines of its last moment.
    await linesOnce(4)
    process.kill(pids[0] as number, 'SIGKILL')
    const later = await waitForWorkers(admin, 2, pids.slice(0, 1))
    await askEach(later, tokenOf('alice', now - hour))
    await askEach(later, tokenOf('bob', now - hour))
    const lines = await linesOnce(8)
    expect(lines.map(({ reason }) => reason)).toEqual([
      ...Array.from({ length: 2 }, () => 'token_expired'),
      ...Array.from({ length: 2 }, () => 'scope_missing'),
      ...Array.from({ length: 4 }, () => 'token_expired'),
    ])
    const names = lines.map(({ sub }) => String(sub))
    for (const name of names) expect(name).toMatch(/^[0-9a-f]{16}$/)
    expect(new Set(names.slice(0, 6)).size).toBe(1)
    expect(new Set(names.slice(6)).size).toBe(1)
    expect(new Set(names).size).toBe(2)
  })
})
