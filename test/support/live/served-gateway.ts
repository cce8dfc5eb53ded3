/** The gateway as operators run it: `warder serve` as a process of its own, with a file that can be changed. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startProgram, type ChildProgram } from './child-program.ts'
import type { Cleanup } from './cleanup.ts'
import { freePort } from './loopback.ts'
import { createTempDir } from './temp-dir.ts'

const MAIN = join(import.meta.dir, '../../../src/cli/main.ts')

export interface ServedGateway {
  readonly port: number
  readonly process: ChildProgram
  /** Writes another configuration, sends SIGHUP, and waits until the log reports how the reload went. */
  reload(config: string, result?: 'refused' | 'success'): Promise<void>
}

/** What stands for the address of the gateway in a configuration. */
const ADDRESS = '"127.0.0.1:0"'

/**
 * @param config With `"127.0.0.1:0"` as the address of the gateway; see `gatewayConfig` of run-gateway.ts.
 * @param name Of the file.
 * @param preload A module that the process loads first.
 */
export async function startServedGateway(
  config: string,
  cleanup: Cleanup,
  name = 'warder.yaml',
  preload?: string,
): Promise<ServedGateway> {
  const port = await freePort()
  const file = join(createTempDir(cleanup), name)
  const write = (text: string): void => writeFileSync(file, text.replace(ADDRESS, `"127.0.0.1:${port}"`))
  write(config)
  const first = preload === undefined ? [] : ['--preload', preload]
  const warder = startProgram([process.execPath, ...first, MAIN, 'serve', '-c', file, '--no-watch'])
  cleanup.add(() => warder.stop('SIGKILL'))
  await warder.ready(
    `the gateway on port ${port}`,
    () => warder.output().includes('ready to decide') || undefined,
  )
  return {
    port,
    process: warder,
    async reload(next, result = 'success') {
      const count = (): number => warder.output().split(`"result":"${result}"`).length
      const before = count()
      write(next)
      process.kill(warder.pid, 'SIGHUP')
      await warder.ready(`a reload that is a ${result}`, () => count() > before || undefined)
    },
  }
}
