import { afterEach, describe, expect, it } from 'bun:test'
import { createHash } from 'node:crypto'
import { createCleanup } from '../../support/live/cleanup.ts'
import { openClient, requestText } from '../../support/live/raw-client.ts'
import { mint } from '../../support/mint.ts'
import { gatewayConfig, runGateway, startRawUpstream } from '../../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const TOKEN = mint({ scope: 'orders:read' })
const ENCODED = Buffer.from(TOKEN).toString('base64url')
const KUBERNETES = 'base64url.bearer.authorization.k8s.io.'
const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
const ACCEPT = createHash('sha1').update(`${KEY}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')

/** What the server is offered, and the subprotocol that the client is answered with. */
async function open(source: string, offered: readonly string[], selected?: string, strip = '') {
  const app = await startRawUpstream(cleanup, (_, socket) => {
    const line = selected === undefined ? '' : `Sec-WebSocket-Protocol: ${selected}\r\n`
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${line}Sec-WebSocket-Accept: ${ACCEPT}\r\n\r\n`,
    )
  })
  const gateway = await runGateway(
    gatewayConfig([app.url], { sources: source, ...(strip === '' ? {} : { upstream: strip }) }),
    cleanup,
  )
  const client = await openClient(gateway.port)
  cleanup.add(() => client.close())
  client.send(
    requestText({
      target: '/orders/socket',
      headers: [
        ['Connection', 'Upgrade'],
        ['Upgrade', 'websocket'],
        ['Sec-WebSocket-Version', '13'],
        ['Sec-WebSocket-Key', KEY],
        ...offered.map((value) => ['Sec-WebSocket-Protocol', value] as const),
      ],
    }),
  )
  const answer = await client.receive()
  return {
    status: answer.status,
    selected: answer.values('sec-websocket-protocol'),
    offered: app.received[0]?.values('sec-websocket-protocol'),
    bytes: app.bytes(),
  }
}

const MARKER = '[{ websocket_protocol: access_token }]'
const PREFIX = '[{ websocket_protocol: bearer. }]'
const K8S = `[{ websocket_protocol: ${KUBERNETES}, encoding: base64url }]`

describe('a token among the subprotocols of a WebSocket', () => {
  const cases = [
    ['behind its marker, alone', MARKER, [`access_token, ${TOKEN}`], undefined, [], ['access_token']],
    ['behind its marker', MARKER, [`chat, access_token, ${TOKEN}, v2`], 'v2', ['chat, v2'], ['v2']],
    ['behind its marker, in two fields', MARKER, ['chat, access_token', TOKEN], 'chat', ['chat'], ['chat']],
    ['behind its prefix', PREFIX, [`bearer.${TOKEN}, chat`], 'chat', ['chat'], ['chat']],
    ['behind its prefix, alone', PREFIX, [`bearer.${TOKEN}`], undefined, [], [`bearer.${TOKEN}`]],
    ['as Kubernetes writes it', K8S, [`${KUBERNETES}${ENCODED}, v4`], 'v4', ['v4'], ['v4']],
  ] as const
  for (const [name, source, offered, selected, sent, answered] of cases) {
    it(`allows, goes no further, and has a subprotocol selected that was offered: ${name}`, async () => {
      const { status, bytes, ...found } = await open(source, offered, selected)
      expect(status).toBe(101)
      expect(found).toEqual({ selected: answered, offered: sent })
      expect(bytes).not.toContain(TOKEN)
      expect(bytes).not.toContain(ENCODED)
    })
  }

  it('goes on with `strip_token: false`', async () => {
    const { offered } = await open(MARKER, [`access_token, ${TOKEN}`], 'access_token', 'strip_token: false')
    expect(offered).toEqual([`access_token, ${TOKEN}`])
  })

  it('that is not there leaves the others as they are', async () => {
    const found = await open(`[{ header: Authorization }, { websocket_protocol: access_token }]`, ['chat'])
    expect(found.status).toBe(401)
  })
})
