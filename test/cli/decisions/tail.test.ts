import { afterAll, beforeEach, describe, expect, it } from 'bun:test'
import type { DecisionRecord } from '../../../src/admin/decision-record.ts'
import { adminError, createFakeAdmin, type FakeAnswer } from '../running/fake-admin.ts'
import { errorCodeOf, runWarder } from '../run-warder.ts'
import { idAt, record } from './records.ts'

const T = Date.parse('2026-11-21T17:00:00Z')
const admin = createFakeAdmin()
let kept: DecisionRecord[] = []
const list = (_body: string, url: URL): FakeAnswer => {
  const after = url.searchParams.get('after') ?? ''
  const limit = Number(url.searchParams.get('limit') ?? '100')
  const decisions = kept.filter(({ id }) => id > after).toSorted((a, b) => (a.id < b.id ? 1 : -1))
  return { body: { schema: 'warder.decisions/v1', decisions: decisions.slice(0, limit), dropped: 0 } }
}
beforeEach(() => {
  kept = [record(T), record(T + 1_000, { outcome: 'allow', reason: 'ok', status: 200, detail: null })]
  admin.asked.length = 0
  admin.answers.set('GET /v1/decisions', list)
})
afterAll(() => admin.stop())

const tail = (...args: readonly string[]) =>
  runWarder(['decisions', 'tail', '--server', admin.url, '--no-follow', ...args])

/** A real process, whose output is read as it comes. */
function start(...args: readonly string[]) {
  const main = `${import.meta.dir}/../../../src/cli/main.ts`
  const child = Bun.spawn([process.execPath, main, 'decisions', 'tail', '--server', admin.url, ...args], {
    stdout: 'pipe',
    stderr: 'pipe',
    env: { ...process.env, WARDER_ADMIN_TOKEN_FILE: '' },
  })
  const texts = { stdout: '', stderr: '' }
  const collect = async (name: keyof typeof texts): Promise<void> => {
    const decoder = new TextDecoder()
    for await (const chunk of child[name]) texts[name] += decoder.decode(chunk, { stream: true })
  }
  const read = Promise.all([collect('stdout'), collect('stderr')])
  const until = async (isThere: () => boolean): Promise<void> => {
    while (!isThere()) await Bun.sleep(10)
  }
  return { child, texts, read, until }
}

describe('decisions tail', () => {
  it('prints a line for each of the last decisions, oldest first', async () => {
    const { code, stdout } = await tail()
    expect(code).toBe(0)
    expect(stdout).toBe(
      `2026-11-21T17:00:00Z  DENY 401  audience_mismatch  GET api.example.com/orders/42  route=read issuer=main client=203.0.113.7 caller=nginx  ${idAt(T)}  token ["account"], accepted ["api://orders"]
2026-11-21T17:00:01Z  ALLOW 200 ok  GET api.example.com/orders/42  route=read issuer=main client=203.0.113.7 caller=nginx  ${idAt(T + 1_000)}
`,
    )
  })

  it('prints JSON, a document on each line', async () => {
    const { stdout } = await tail('--json')
    const lines = stdout.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      kept.map((one) => ({ schema: 'warder.decision-record/v1', ...one })),
    )
  })

  it('asks for what the filters name', async () => {
    const named =
      '--outcome deny --reason kid_unknown --policy p&q --issuer i --caller nginx --client 10.0.0.0/8'
    await tail(...named.split(' '), '--route', 'a b', '--limit', '7')
    expect(admin.asked).toEqual([
      'GET /v1/decisions?outcome=deny&reason=kid_unknown&route=a+b&policy=p%26q&issuer=i&caller=nginx&client=10.0.0.0%2F8&limit=7',
    ])
  })

  it('prints none of the last ones with --limit 0', async () => {
    expect((await tail('--limit', '0')).stdout).toBe('')
  })

  it('says so if no decision matches', async () => {
    kept = []
    expect(await tail()).toEqual({ code: 0, stdout: '', stderr: 'warder: no decision matches\n' })
  })

  it('refuses filters that nothing can match', async () => {
    for (const args of [
      ['--outcome', 'denied'],
      ['--reason', 'audience_mismach'],
      ['--limit', '1001'],
      ['--limit', 'x'],
    ]) {
      const ran = await tail(...args)
      expect([ran.code, errorCodeOf(ran)]).toEqual([2, 'ERR_CLI_USAGE'])
    }
    expect((await tail('--reason', 'audience_mismach')).stderr).toContain('audience_mismatch')
    admin.answers.set('GET /v1/decisions', adminError(400, 'ERR_ADMIN_QUERY', 'client: not an address'))
    const refused = await tail('--client', 'x')
    expect([refused.code, refused.stderr.includes('client: not an address')]).toEqual([2, true])
  })

  it('cannot be made to control the terminal by what clients send', async () => {
    const bad = `\u001b[2J\u009b\u202e\u0000${'x'.repeat(10_000)}<script>\neyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl`
    kept = [
      record(T, { path: bad, host: bad, method: bad, detail: bad, client: bad, reason: bad, route: bad }),
    ]
    const text = await tail()
    expect(text.stdout.split('\n')).toHaveLength(2)
    expect(text.stdout).not.toMatch(/[\u001b\u009b\u202e\u0000]|eyJ/)
    expect(text.stdout.length).toBeLessThan(8_000)
    const json = await tail('--json')
    expect(json.stdout.split('\n')).toHaveLength(2)
    expect(json.stdout).not.toMatch(/[\u001b\u009b\u202e\u0000]/)
  })

  it('ends with 6 if there is no service at first', async () => {
    const ran = await runWarder(['decisions', 'tail', '--server', 'http://127.0.0.1:1'])
    expect([ran.code, errorCodeOf(ran)]).toEqual([6, 'ERR_CLI_UNREACHABLE'])
  })
})

describe('decisions tail that follows', () => {
  it('prints each new decision once, waits for a service that restarts, and ends with 0 at Ctrl-C', async () => {
    const { child, texts, read, until } = start()
    await until(() => texts.stdout.includes(idAt(T + 1_000)))
    kept.push(record(T + 500, { id: idAt(T + 500, 7) }))
    await until(() => texts.stdout.includes(idAt(T + 500, 7)))
    admin.answers.set('GET /v1/decisions', { status: 503, body: '' })
    await until(() => texts.stderr.includes('trying again'))
    const asked = admin.asked.length
    await until(() => admin.asked.length > asked + 1)
    kept.push(record(T + 60_000))
    admin.answers.set('GET /v1/decisions', list)
    await until(() => texts.stdout.includes(idAt(T + 60_000)))
    await until(() => texts.stderr.includes('connected again'))
    child.kill('SIGINT')
    expect(await child.exited).toBe(0)
    await read
    expect(texts.stdout.split('\n')).toHaveLength(5)
    expect(texts.stderr.match(/trying again/g)).toHaveLength(1)
  })

  it('ends if the service no longer knows its token', async () => {
    const { child, texts, read, until } = start()
    await until(() => texts.stdout.includes(idAt(T)))
    admin.answers.set('GET /v1/decisions', adminError(401, 'ERR_ADMIN_TOKEN', 'no'))
    expect(await child.exited).toBe(2)
    await read
    expect(texts.stderr).toContain('ERR_CLI_ADMIN_REFUSED')
  })

  it('ends quietly if nobody reads any more', async () => {
    const main = `${import.meta.dir}/../../../src/cli/main.ts`
    const shell = Bun.spawn(
      [
        'bash',
        '-c',
        '"$0" "$1" decisions tail --server "$2" 2>"$3" | head -1; echo "${PIPESTATUS[0]}"',
        process.execPath,
        main,
        admin.url,
        '/dev/stdout',
      ],
      { stdout: 'pipe' },
    )
    const grow = setInterval(() => kept.push(record(T + 2_000 + kept.length)), 100)
    const printed = await new Response(shell.stdout).text()
    clearInterval(grow)
    expect(printed.trimEnd().split('\n').slice(1)).toEqual(['0'])
  })

  it('follows from now with --limit 0', async () => {
    const { child, texts, read, until } = start('--limit', '0', '--json')
    await until(() => admin.asked.length > 1)
    kept.push(record(T + 60_000))
    await until(() => texts.stdout !== '')
    child.kill('SIGTERM')
    expect(await child.exited).toBe(0)
    await read
    expect(
      texts.stdout
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as DecisionRecord).id),
    ).toEqual([idAt(T + 60_000)])
  })
})
