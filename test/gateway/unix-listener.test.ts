import { afterEach, describe, expect, it } from 'bun:test'
import { connect } from 'node:net'
import { join } from 'node:path'
import { createCleanup } from '../support/live/cleanup.ts'
import { waitFor } from '../support/live/loopback.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { gatewayConfig, runGateway, startRawUpstream, type UpstreamRequest } from '../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

interface Site {
  /** What the application receives of a request on the socket with this `X-Forwarded-For`; undefined if nothing. */
  ask(forwardedFor: string): Promise<UpstreamRequest | undefined>
}

async function site(trusted: string): Promise<Site> {
  const path = join(createTempDir(cleanup), 'gateway.sock')
  const app = await startRawUpstream(cleanup)
  const config = gatewayConfig([app.url], { listen: `rate_limit: { requests: 1, per: 1h }${trusted}` })
  await runGateway(config.replace('"127.0.0.1:0", access_log', `"unix:${path}", access_log`), cleanup)
  return {
    async ask(forwardedFor) {
      const before = app.received.length
      const socket = connect(path)
      cleanup.add(() => socket.destroy())
      let text = ''
      socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
      socket.write(`GET /public/ HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ${forwardedFor}\r\n\r\n`)
      await waitFor('an answer', () => text.includes('\r\n\r\n') || undefined)
      return app.received[before]
    },
  }
}

describe('a proxy on a unix socket', () => {
  it('names the client if it is trusted, and each client is counted alone', async () => {
    const { ask } = await site(', trusted_proxies: unix')
    expect((await ask('192.0.2.1'))?.values('x-forwarded-for')).toEqual(['192.0.2.1, unknown'])
    expect((await ask('192.0.2.2'))?.values('x-forwarded-for')).toEqual(['192.0.2.2, unknown'])
    expect(await ask('192.0.2.1')).toBeUndefined()
    // What a client writes before the address that the proxy adds is its own word.
    expect(await ask('198.51.100.7, 192.0.2.2')).toBeUndefined()
  })

  it('logs nothing if it is not', async () => {
    const { ask } = await site('')
    expect((await ask('192.0.2.1'))?.values('x-forwarded-for')).toEqual(['unknown'])
    expect(await ask('192.0.2.2')).toBeUndefined()
  })
})
