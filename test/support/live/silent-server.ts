/** An address that takes no connection and refuses none: what a machine that is gone looks like. */
import { connect } from 'node:net'
import type { Cleanup } from './cleanup.ts'

// Of Node.js, because Bun leaves `backlog` out. A stopped process accepts nothing, and the system answers only as many as its shortest queue holds.
const LISTEN = `require('node:net').createServer()
  .listen({ port: 0, host: process.argv.at(-1), backlog: 1 }, function () { console.log(this.address().port) })`
/** More than that queue holds. */
const FILLERS = 4

/** Resolves with the port. The address is one of loopback. */
export async function startSilentServer(cleanup: Cleanup, host: string): Promise<number> {
  const child = Bun.spawn(['node', '-e', LISTEN, host], { stdout: 'pipe' })
  cleanup.add(() => child.kill('SIGKILL'))
  const { value } = await child.stdout.getReader().read()
  const port = Number(new TextDecoder().decode(value))
  child.kill('SIGSTOP')
  for (let i = 0; i < FILLERS; i++) {
    const filler = connect(port, host).on('error', () => {})
    cleanup.add(() => void filler.destroy())
  }
  return port
}
