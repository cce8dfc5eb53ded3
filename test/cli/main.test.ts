import { afterAll, describe, expect, it } from 'bun:test'
import packageJson from '../../package.json' with { type: 'json' }
import { createSandbox, makeToken } from './fixtures.ts'

const MAIN = `${import.meta.dir}/../../src/cli/main.ts`
const sandbox = createSandbox()
afterAll(() => sandbox.remove())

async function spawn(args: readonly string[], stdin: string | null, env: Record<string, string> = {}) {
  const child = Bun.spawn([process.execPath, MAIN, ...args], {
    cwd: sandbox.path,
    stdin: stdin === null ? 'ignore' : new Blob([stdin]),
    stdout: 'pipe',
    stderr: 'pipe',
    env: { ...process.env, WARDER_CONFIG: '', ...env },
    timeout: 20_000,
  })
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { code, stdout, stderr }
}

describe('warder, as a program', () => {
  it('prints its version', async () => {
    const { code, stdout } = await spawn(['version', '--json'], null)
    expect([code, (JSON.parse(stdout) as { version: string }).version]).toEqual([0, packageJson.version])
    expect((await spawn(['--version'], null)).stdout).toBe(`${packageJson.version}\n`)
  })

  it('ends with 9 when its output is lost, and with its own code when only the reader leaves early', async () => {
    const run = (redirect: string): readonly unknown[] => {
      const shell = `"$BUN" "$MAIN" config schema ${redirect}`
      const env = { ...process.env, BUN: process.execPath, MAIN }
      const { exitCode, stderr } = Bun.spawnSync(['bash', '-o', 'pipefail', '-c', shell], { env })
      return [exitCode, /ERR_\w+/.exec(stderr.toString())?.[0]]
    }
    expect(run('> /dev/full')).toEqual([9, 'ERR_CLI_OUTPUT'])
    expect(run('| head -c 1')).toEqual([0, undefined])
  })

  it('finds warder.yaml in the working directory and reads the token from a pipe', async () => {
    const { code, stdout } = await spawn(
      ['explain', '--request', 'GET https://api.example.com/orders/42', '--at', '2026-11-21T17:09:55Z'],
      `${makeToken()}\n`,
    )
    expect([code, stdout.split('   ')[0]]).toEqual([0, 'ALLOW 200  ok'])
  })

  it('ends with the exit code of the command', async () => {
    expect((await spawn(['token', 'verify'], makeToken({ exp: 1 }))).code).toBe(5)
    expect((await spawn(['token', 'verify'], '')).code).toBe(2)
    expect((await spawn(['check'], null, { WARDER_CONFIG: 'nothing.yaml' })).code).toBe(3)
  })

  it('refuses an endless stdin instead of filling its memory', async () => {
    const { code, stderr } = await spawn(['token', 'inspect'], 'a'.repeat(3 * 1024 * 1024))
    expect([code, stderr.includes('ERR_CLI_USAGE')]).toEqual([2, true])
  })

  it('loads no schema library to print its version', async () => {
    const count = 'Object.keys(require.cache).filter((path) => /node_modules.(zod|yaml)./.test(path)).length'
    const script = `process.argv = ['', '', 'version']; await import(${JSON.stringify(MAIN)}); console.log(${count})`
    const child = Bun.spawn([process.execPath, '--eval', script], {
      stdout: 'pipe',
      stderr: 'inherit',
      timeout: 20_000,
    })
    expect((await new Response(child.stdout).text()).trim().split('\n').at(-1)).toBe('0')
  })

  it('ends if it cannot listen, and leaves nothing running', async () => {
    const busy = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response() })
    const { port } = busy
    const address = `127.0.0.1:${port}`
    const { code, stderr } = await spawn(['dev', '--decisions', address, '--admin', '127.0.0.1:0'], null)
    await busy.stop(true)
    expect([code, stderr.includes('error[ERR_SERVER_LISTEN]')]).toEqual([8, true])
    expect(stderr).toContain(`ss -ltnp 'sport = :${port}'`)
  })
})
