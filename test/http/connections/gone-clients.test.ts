/** Clients that reset their connection before it is accepted: the system has forgotten their address, not their bytes. */
import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { ConnectionListener } from '../../../src/http/connections/connection-listener.ts'
import { createDeadlines } from '../../../src/http/deadlines.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { openClient, requestText } from '../../support/live/raw-client.ts'

const cleanup = createCleanup()
let peers: string[]
let port: number

beforeAll(() => {
  peers = []
  const deadlines = createDeadlines()
  const listener = new ConnectionListener({
    address: { kind: 'tcp', host: '127.0.0.1', port: 0 },
    certificates: undefined,
    maxConnections: () => 10,
    maxHeldBytes: () => 2 ** 28,
    deadlines,
    connected: () => ({
      serve(stream) {
        peers.push(stream.peer)
        stream.answerWhole({ status: 200, fields: [], body: '' })
        stream.release()
      },
      refuse: ({ status }) => ({ status, fields: [], body: '' }),
    }),
    onLimitReached() {},
    onOverload() {},
  })
  cleanup.add(async () => {
    await listener.stop(0)
    deadlines.close()
  })
  port = Number(listener.address.split(':').at(-1))
})
afterAll(() => cleanup.run())

/** Connects, sends, and resets. */
const CLIENT = `
  import { connect } from 'node:net'
  const [port, request] = process.argv.slice(-2)
  const socket = connect(Number(port), '127.0.0.1', () =>
    socket.write(request, () => socket.resetAndDestroy()))
`

describe('a client that has gone before its connection is accepted', () => {
  it('is not served as if it had come by a unix socket', async () => {
    // This process accepts nothing while it waits for the other one.
    const { exitCode } = Bun.spawnSync([process.execPath, '-e', CLIENT, '--', String(port), requestText({})])
    expect(exitCode).toBe(0)
    const client = await openClient(port)
    client.send(requestText({}))
    expect((await client.receive()).status).toBe(200)
    client.close()
    expect(peers).toEqual(['127.0.0.1'])
  })
})
