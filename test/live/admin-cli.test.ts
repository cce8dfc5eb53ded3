/** The commands that ask a running Warder, and `warder serve` in one process and with workers. */
import { afterEach, describe, expect, it } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorCodeOf, runWarder, type Ran, type RunOptions } from '../cli/run-warder.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { freePort } from '../support/live/loopback.ts'
import { startServe } from '../support/live/serve-command.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { waitForWorkers } from '../support/live/worker-service.ts'
import { asked, mint } from '../support/mint.ts'
import { CONFIG, SECRET } from '../support/run-service.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const MAIN = `${import.meta.dir}/../../src/cli/main.ts`
const TOKENS = { reader: 'a-token-that-may-read', changer: 'a-token-that-may-change' }
const ADMIN = `admin:
  tokens:
    - { name: reader, token: ${TOKENS.reader} }
    - { name: changer, token: ${TOKENS.changer}, rights: change }
`

interface Served {
  readonly warder: (args: readonly string[], options?: RunOptions) => Promise<Ran>
  /** Starts a command that does not end by itself. */
  readonly start: (...args: readonly string[]) => RunningCommand
  /** Makes a decision; returns its id. */
  readonly decide: (token?: string, path?: string) => Promise<string>
  readonly write: (name: string, text: string) => string
  readonly text: string
  readonly restart: () => Promise<void>
}

interface RunningCommand {
  readonly child: Bun.Subprocess
  readonly texts: { stdout: string; stderr: string }
}

async function serve(workers: number, more = ''): Promise<Served> {
  const [decisions, admin] = [await freePort(), await freePort()]
  const directory = createTempDir(cleanup)
  const write = (name: string, text: string): string => {
    const file = join(directory, name)
    writeFileSync(file, text)
    return file
  }
  const text = CONFIG.replace('decisions: 127.0.0.1:0', `decisions: 127.0.0.1:${decisions}`)
    .replace('admin: 127.0.0.1:0', `admin: 127.0.0.1:${admin}`)
    .concat(`workers: ${workers}\n${more}`)
  const file = write('warder.yaml', text)
  let server = await startServe(file, decisions, cleanup)
  if (workers > 1 && more === '') await waitForWorkers(admin, workers)
  const at = `http://127.0.0.1:${admin}`
  return {
    text,
    write,
    warder: (args, options = {}) => runWarder([...args, '--server', at], { nowMs: Date.now(), ...options }),
    start(...args) {
      const command = [process.execPath, MAIN, ...args, '--server', at]
      const child = Bun.spawn(command, { stdout: 'pipe', stderr: 'pipe' })
      cleanup.add(() => child.kill('SIGKILL'))
      const texts = { stdout: '', stderr: '' }
      for (const name of ['stdout', 'stderr'] as const)
        void (async () => {
          const decoder = new TextDecoder()
          for await (const chunk of child[name]) texts[name] += decoder.decode(chunk, { stream: true })
        })()
      return { child, texts }
    },
    async decide(token, path = '/orders/42') {
      const url = `http://127.0.0.1:${decisions}/v1/auth/nginx`
      // A connection for each, so that workers take turns.
      const headers = { ...asked('GET', `https://api.example.com${path}`, token), connection: 'close' }
      const answer = await fetch(url, { headers })
      return answer.headers.get('x-decision-id') ?? ''
    },
    async restart() {
      await server.stop()
      server = await startServe(file, decisions, cleanup)
    },
  }
}

const until = async (isThere: () => boolean): Promise<void> => {
  while (!isThere()) await Bun.sleep(10)
}

for (const workers of [1, 2])
  describe(`asking a service of ${workers} process${workers === 1 ? '' : 'es'}`, () => {
    it('shows its state', async () => {
      const { warder } = await serve(workers)
      const { code, stdout } = await warder(['status'])
      expect([code, stdout.startsWith('READY ')]).toEqual([0, true])
      expect(stdout).toMatch(/\nconfig {4}[0-9a-f]{7} {2}.*warder\.yaml, loaded /)
      expect(stdout).toContain('none since the start')
      expect(stdout).toMatch(workers === 1 ? /serves in one process/ : /2 of 2 serving/)
      expect(stdout).toMatch(/\nmain +fresh +1 /)
    })

    it('explains each of its decisions by its id, without a token', async () => {
      const { warder, decide } = await serve(workers)
      const ids = await Promise.all(Array.from({ length: 8 }, () => decide(mint({ scope: 'orders:none' }))))
      for (const id of ids) {
        const { code, stdout } = await warder(['explain', id])
        expect([code, stdout.startsWith('DENY 403  scope_missing   route=read')]).toEqual([5, true])
        expect(stdout).toContain(`decision  ${id}`)
        expect(stdout).toMatch(/\n *\d+ ✘ scope /)
        expect(stdout).toMatch(/\nfix {3}/)
        expect((await warder(['decisions', 'get', id])).stdout).toContain('GET api.example.com/orders/42')
      }
      const allowed = await decide(mint({ scope: 'orders:read' }))
      expect((await warder(['explain', allowed])).code).toBe(0)
      const gone = await warder(['explain', '01KF6D3V5T5N7Q3J8Y3M0W2Z4C'])
      expect([gone.code, errorCodeOf(gone)]).toEqual([2, 'ERR_CLI_DECISION_GONE'])
      const { stdout } = await warder([
        'decisions',
        'tail',
        '--no-follow',
        '--reason',
        'scope_missing',
        '--json',
      ])
      const listed = stdout
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { id: string }).id)
      expect(listed).toEqual(ids.toSorted())
    })

    it('judges a request as it would one of a proxy', async () => {
      const { warder } = await serve(workers)
      const request = ['-r', 'GET https://api.example.com/orders/42']
      const denied = await warder(['explain', ...request], { stdin: mint({ scope: 'x' }) })
      expect([denied.code, denied.stdout.startsWith('DENY 403  scope_missing   route=read')]).toEqual([
        5,
        true,
      ])
      expect(denied.stdout).toMatch(/\n *\d+ ✘ scope .*warder\.yaml:\d+:\d+\]\n/)
      expect((await warder(['explain', ...request], { stdin: mint({ scope: 'orders:read' }) })).code).toBe(0)
      expect((await warder(['explain', ...request, '--no-token'])).stdout).toContain('token_missing')
      const unknown = await warder(['explain', ...request, '--no-token', '--policy', 'reed'])
      expect([unknown.code, errorCodeOf(unknown)]).toEqual([2, 'ERR_CLI_USAGE'])
    })

    it('loads its configuration again, and prints what is wrong with one that it refuses', async () => {
      const { warder, write, text } = await serve(workers)
      expect(await warder(['reload'])).toMatchObject({ code: 0, stderr: '' })
      write('warder.yaml', text.replace('scope: orders:read', 'scope: orders:look'))
      expect((await warder(['reload'])).stdout).toMatch(/^reloaded: config \S{7} replaces config \S{7}\n$/)
      write('warder.yaml', text.replace(`keys: { secret: "${SECRET}" }`, `kees: { secret: "${SECRET}" }`))
      const refused = await warder(['reload'])
      expect([refused.code, refused.stdout.startsWith('refused: config ')]).toEqual([3, true])
      expect(refused.stderr).toMatch(/error\[ERR_CONFIG_UNKNOWN_KEY\][^\n]*\n *--> .*warder\.yaml:3:\d+\n/)
      expect(refused.stderr).toContain('^^^^')
      expect(refused.stderr).not.toContain(SECRET)
      const status = await warder(['status'])
      expect(status.stdout).toMatch(
        /\nreload {4}refused .*by the admin API; the configuration above stays in force\n +error ERR_CONFIG_/,
      )
    })

    it('follows its decisions through a restart', async () => {
      const { start, decide, restart } = await serve(workers)
      const { child, texts } = start('decisions', 'tail', '--outcome', 'deny', '--limit', '0')
      // Its first question fixes the place to follow from; a decision before it is not printed.
      let first = ''
      while (!texts.stdout.includes('token_missing')) {
        first = await decide()
        await Bun.sleep(200)
      }
      expect(first).not.toBe('')
      await decide(mint({ scope: 'orders:read' }))
      await restart()
      const later = await decide('not.a.token')
      await until(() => texts.stdout.includes(later))
      expect(texts.stdout).not.toContain('ALLOW')
      child.kill('SIGINT')
      expect(await child.exited).toBe(0)
    })

    it('asks for rights, and says which flag or right is missing', async () => {
      const { warder, write } = await serve(workers, ADMIN)
      const reader = ['--admin-token-file', write('reader', TOKENS.reader)]
      const changer = ['--admin-token-file', write('changer', `${TOKENS.changer}\n`)]
      const wrong = ['--admin-token-file', write('wrong', 'a-token-that-is-unknown')]
      expect((await warder(['status', ...reader])).code).toBe(0)
      expect((await warder(['reload', ...changer])).code).toBe(0)
      expect((await warder(['keys', 'list'], { env: { WARDER_ADMIN_TOKEN_FILE: reader[1] } })).code).toBe(0)
      const cases = [
        [[], '--admin-token-file FILE'],
        [wrong, 'does not know the token in "'],
        [reader, 'change'],
      ] as const
      for (const [flags, says] of cases) {
        const ran = await warder(['reload', ...flags])
        expect([ran.code, errorCodeOf(ran)]).toEqual([2, 'ERR_CLI_ADMIN_REFUSED'])
        expect(ran.stderr).toContain(says)
        for (const token of Object.values(TOKENS)) expect(ran.stderr).not.toContain(token)
      }
    })

    it('is ready for a health check that has no token', async () => {
      const { warder } = await serve(workers, ADMIN)
      const url = (await warder(['status'])).stderr.match(/http:\S+\d/)?.[0] ?? ''
      const ran = await runWarder(['healthcheck', '--url', url])
      expect([ran.code, ran.stdout]).toEqual([0, 'ready\n'])
    })

    it('loads keys when it is asked to', async () => {
      const { warder } = await serve(workers)
      const all = await warder(['keys', 'refresh'])
      expect([all.code, /\nmain +fixed +1 +secret/.test(all.stdout)]).toEqual([0, true])
      const none = await warder(['keys', 'refresh', 'mian'])
      expect([none.code, errorCodeOf(none)]).toEqual([2, 'ERR_CLI_USAGE'])
    })
  })
