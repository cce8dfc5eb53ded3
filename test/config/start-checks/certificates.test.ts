import { afterEach, describe, expect, it } from 'bun:test'
import { connect } from 'node:tls'
import { createCleanup } from '../../support/live/cleanup.ts'
import { gatewayConfig, runGateway, startRawUpstream } from '../../support/run-gateway.ts'
import { loadOrThrow } from '../../support/run-service.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const MISSING = 'tls: [{ cert_file: /nowhere/a.pem, key_file: /nowhere/a.key }]'

/** Messages of the warnings, each with its line. */
async function warningsOf(listen: string): Promise<readonly (readonly [string, number | undefined])[]> {
  const instance = await loadOrThrow(gatewayConfig(['http://127.0.0.1:1'], { listen }))
  instance.close()
  return instance.warnings
    .filter(({ code }) => code === 'WARN_GATEWAY_CERTIFICATE')
    .map(({ message, position }) => [message, position?.line] as const)
}

describe('a listener that starts without its certificate', () => {
  it('is a warning for the file, and one for the self-signed one', async () => {
    expect(await warningsOf(`${MISSING}, self_signed: true`)).toEqual([
      ['the certificate is not used: the file "/nowhere/a.pem" does not exist', 16],
      ['the listener has a self-signed certificate, which no client trusts', 16],
    ])
    expect((await warningsOf('self_signed: true')).length).toBe(1)
    expect(await warningsOf('self_signed: false')).toEqual([])
  })

  it('does not start without `self_signed`', async () => {
    const text = gatewayConfig(['http://127.0.0.1:1'], { listen: MISSING })
    expect(
      await loadOrThrow(text).then(
        () => 'loaded',
        () => 'refused',
      ),
    ).toBe('refused')
  })

  it('answers over TLS', async () => {
    const app = await startRawUpstream(cleanup)
    const { port } = await runGateway(gatewayConfig([app.url], { listen: 'self_signed: true' }), cleanup)
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () =>
        socket.write('GET /public/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'),
      )
      socket.once('data', (chunk: Buffer) => resolve(chunk.toString('latin1')))
      socket.once('error', reject)
      cleanup.add(() => socket.destroy())
    })
    expect(answer).toStartWith('HTTP/1.1 200 OK')
  })
})
