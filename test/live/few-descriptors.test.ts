/** A process that may open fewer files than it may have connections. */
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort } from '../support/live/loopback.ts'
import { ask } from '../support/live/raw-client.ts'
import { startServe } from '../support/live/serve-command.ts'
import { createTempDir } from '../support/live/temp-dir.ts'

liveSuite('attack: idle connections take all files that the process may open', [], () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())

  /** More than there are files. */
  const holdIdle = async (port: number): Promise<void> => {
    for (let i = 0; i < 400; i++) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => {})
      cleanup.add(() => void socket.destroy())
      await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
    }
  }

  it('others are still served, by every listener, and the log has the limit', async () => {
    const [decisions, gateway] = [await freePort(), await freePort()]
    const file = join(createTempDir(cleanup), 'warder.yaml')
    writeFileSync(
      file,
      `version: 1
workers: 1
routes: [{ name: closed, match: { path: /closed/** }, access: deny }]
listen: { decisions: "127.0.0.1:${decisions}", admin: off, gateway: "127.0.0.1:${gateway}" }
drain: 0s
`,
    )
    const inside = ['sh', '-c', 'ulimit -n 300; exec "$@"', 'sh']
    const warder = await startServe(file, decisions, cleanup, { inside })
    for (const flooded of [decisions, gateway]) {
      await holdIdle(flooded)
      expect((await ask(decisions, { target: '/v1/auth/token' })).status).toBe(401)
      expect((await ask(gateway, { target: '/closed/x' })).status).toBe(403)
    }
    await warder.ready(
      'the report',
      () => /"event":"connections_full".*"limit":"open_files"/.test(warder.output()) || undefined,
    )
  })
})
