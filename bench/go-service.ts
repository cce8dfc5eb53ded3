/** The Go service of servers/go-service/, built in this run. */
import { whichProgram, findMissing } from '../tools/programs.ts'
import type { Missing } from './contenders.ts'
import { type Bench, findFreePort, type RunningServer } from './processes.ts'
import { AUDIENCE, ISSUER, type Minter } from './tokens.ts'
import { allowedHeaders, decisionUrl } from './warder-server.ts'

const SOURCE = `${import.meta.dir}/servers/go-service`
// The first build downloads its modules and compiles the standard library.
const BUILD_TIMEOUT_MS = 180_000

/**
 * Builds it and waits for its first allowed decision; missing if it cannot be built.
 */
export async function startGoService(bench: Bench, minter: Minter): Promise<RunningServer | Missing> {
  if (findMissing(['go']).length > 0) return { missing: 'Go is not installed' }
  const binary = `${bench.directory}/go-service`
  const fault = await build(binary)
  if (fault !== '') return { missing: `the Go service cannot be built: ${fault}` }
  const port = await findFreePort()
  const keys = await bench.write('go-service-jwks.json', minter.jwks())
  const command = [binary, String(port), keys, minter.algorithm, ISSUER, AUDIENCE]
  return { pid: await bench.start(command, decisionUrl(port), allowedHeaders(minter.mint(0))), port }
}

/** @returns The last line that the compiler wrote, if it failed. */
async function build(binary: string): Promise<string> {
  const child = Bun.spawn([whichProgram('go'), 'build', '-o', binary, '.'], {
    cwd: SOURCE,
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
    timeout: BUILD_TIMEOUT_MS,
  })
  const [stderr, code] = await Promise.all([new Response(child.stderr).text(), child.exited])
  return code === 0 ? '' : (stderr.trim().split('\n').at(-1) ?? `code ${code}`)
}
