/** Clients that pipeline requests and never read an answer: the memory of the process stays bounded. */
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterEach, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { forgetPeak, peakBytes, residentBytes } from '../support/live/process-holdings.ts'
import { freePort } from '../support/live/loopback.ts'
import { startServe } from '../support/live/serve-command.ts'
import { startServedGateway } from '../support/live/served-gateway.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { gatewayConfig, startRawUpstream } from '../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const SEND_MS = 8_000
/** A gateway that keeps the answers grew by 216 MiB, one that reads no further request by 45 MiB. The decision listener: 48 MiB. */
const MOST_BYTES = 128 * 1024 ** 2

/** Sends as fast as the other side takes it, and connects again when it is closed. */
async function pipeline(port: number, request: string): Promise<void> {
  const batch = request.repeat(2_000)
  let isOver = false
  const open = (): void => {
    const socket = connect(port, '127.0.0.1')
    const send = (): void => {
      if (isOver) return void socket.destroy()
      if (socket.write(batch)) setImmediate(send)
    }
    socket.on('drain', send)
    socket.on('connect', () => {
      socket.pause()
      send()
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      if (!isOver) setTimeout(open, 10)
    })
    cleanup.add(() => void socket.destroy())
  }
  open()
  await new Promise((resolve) => setTimeout(resolve, SEND_MS))
  isOver = true
}

liveSuite('a client that pipelines and never reads', [], () => {
  it('does not fill the memory of the gateway', async () => {
    const app = await startRawUpstream(cleanup)
    const config = gatewayConfig([app.url], { workers: 1 }).replace('access_log: true', 'access_log: false')
    const gateway = await startServedGateway(config, cleanup)
    const { pid } = gateway.process
    const before = residentBytes(pid)
    forgetPeak(pid)
    // Denied, so that no server bounds how fast answers are made.
    await pipeline(gateway.port, 'GET /closed/ HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(peakBytes(pid) - before).toBeLessThan(MOST_BYTES)
  }, 60_000)

  it('does not fill the memory of the decision listener', async () => {
    const port = await freePort()
    const file = join(createTempDir(cleanup), 'warder.yaml')
    const listen = `{ decisions: "127.0.0.1:${port}", admin: off }`
    writeFileSync(
      file,
      `version: 1\nworkers: 1\nroutes:\n  - { name: all, match: {}, access: public }\nlisten: ${listen}\n`,
    )
    const { pid } = await startServe(file, port, cleanup)
    const before = residentBytes(pid)
    forgetPeak(pid)
    const original = 'X-Original-Method: GET\r\nX-Original-URL: https://api.example.com/\r\n'
    await pipeline(port, `GET /v1/auth/nginx HTTP/1.1\r\nHost: a\r\n${original}\r\n`)
    expect(peakBytes(pid) - before).toBeLessThan(MOST_BYTES)
  }, 60_000)
})
