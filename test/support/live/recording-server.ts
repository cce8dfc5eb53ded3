/** Real server processes that are killed and stopped, and what they have received in all their lives. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startProgram, type ChildProgram } from './child-program.ts'
import type { Cleanup } from './cleanup.ts'
import { freePort, isListening } from './loopback.ts'
import { startNginx } from './nginx.ts'
import { createTempDir } from './temp-dir.ts'

export interface RecordedRequest {
  readonly method: string
  readonly path: string
  /** Names of the identity headers, in lower case; not of nginx. */
  readonly identity: string
}

export interface RecordingServer {
  readonly url: string
  readonly pid: () => number
  /** Everything that any of its processes received, oldest first. */
  received(): readonly RecordedRequest[]
  /** kill -9. */
  kill(): Promise<void>
  /** On the same port. */
  start(): Promise<void>
}

const MAIN = join(import.meta.dir, 'recording-server-main.ts')

/** Its answers are its name and the path, those below `/orders/slow` in two halves, and below `/orders/stuck` half. */
export async function startRecordingServer(name: string, cleanup: Cleanup): Promise<RecordingServer> {
  return startRecorded(cleanup, async (port, file) => {
    const child = startProgram([process.execPath, MAIN, String(port), file, name])
    cleanup.add(() => child.stop('SIGKILL'))
    await child.ready(`the server ${name}`, async () => (await isListening(port)) || undefined)
    return child
  })
}

/** nginx as such a server. */
export async function startRecordingNginx(name: string, cleanup: Cleanup): Promise<RecordingServer> {
  return startRecorded(cleanup, (port, file) => {
    const site = `log_format record "$request_method $uri";
server {
  listen 127.0.0.1:${port};
  access_log ${file} record;
  location / { return 200 "${name} $uri"; }
}
`
    return startNginx(site, port, cleanup)
  })
}

async function startRecorded(
  cleanup: Cleanup,
  start: (port: number, file: string) => Promise<ChildProgram>,
): Promise<RecordingServer> {
  const port = await freePort()
  const file = join(createTempDir(cleanup), 'record')
  writeFileSync(file, '')
  let child = await start(port, file)
  return {
    url: `http://127.0.0.1:${port}`,
    pid: () => child.pid,
    received: () =>
      readFileSync(file, 'latin1')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => {
          const [method = '', path = '', identity = ''] = line.split(' ')
          return { method, path, identity }
        }),
    kill: async () => void (await child.stop('SIGKILL')),
    async start() {
      child = await start(port, file)
    },
  }
}
