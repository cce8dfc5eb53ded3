import { afterAll, describe, expect, it } from 'bun:test'
import { adminError, createFakeAdmin } from '../running/fake-admin.ts'
import { errorCodeOf, runWarder } from '../run-warder.ts'

const admin = createFakeAdmin()
const bodies: string[] = []
afterAll(() => admin.stop())

const LOADED = {
  issuer: 'main',
  source: 'discovery https://idp.example.com',
  result: 'loaded',
  keys: 2,
  error: null,
}
const FAILED = {
  issuer: 'partner',
  source: 'jwks https://p.example.com',
  result: 'failed',
  keys: 1,
  error: 'https://p.example.com: status 503',
}

const refresh = (sources: unknown, ...args: readonly string[]) => {
  admin.answers.set('POST /v1/keys/refresh', (body) => {
    bodies.push(body)
    return { body: { schema: 'warder.keys-refresh/v1', sources } }
  })
  return runWarder(['keys', 'refresh', '--server', admin.url, ...args])
}

describe('keys refresh', () => {
  it('prints what came of each source', async () => {
    const ran = await refresh([LOADED])
    expect(ran.code).toBe(0)
    expect(ran.stdout).toMatch(/^ISSUER +RESULT +KEYS +SOURCE\nmain +loaded +2 +discovery/)
    expect(bodies.at(-1)).toBe('{}')
  })

  it('asks for one issuer', async () => {
    await refresh([LOADED], 'main')
    expect(JSON.parse(bodies.at(-1) ?? '')).toEqual({ issuer: 'main' })
  })

  it('ends with 6 if one could not be loaded, and says why', async () => {
    const ran = await refresh([LOADED, FAILED])
    expect([ran.code, ran.stderr]).toEqual([6, 'failed: issuer partner: https://p.example.com: status 503\n'])
    const json = await refresh([FAILED], '--json')
    expect([json.code, JSON.parse(json.stdout)]).toEqual([
      6,
      { schema: 'warder.keys-refresh/v1', sources: [FAILED] },
    ])
  })

  it('reports an issuer that does not exist', async () => {
    admin.answers.set(
      'POST /v1/keys/refresh',
      adminError(404, 'ERR_ADMIN_NOT_FOUND', 'there is no issuer "mian"', ['issuers: main']),
    )
    const ran = await runWarder(['keys', 'refresh', 'mian', '--server', admin.url])
    expect([ran.code, errorCodeOf(ran)]).toEqual([2, 'ERR_CLI_USAGE'])
    expect(ran.stderr).toContain('there is no issuer "mian"\n  = issuers: main')
  })

  it('takes any members, and prints none that controls the terminal', async () => {
    const bad = '\u001b[2J'
    for (const sources of [undefined, 7, [7], [{ issuer: bad, source: bad, result: 'failed', error: bad }]]) {
      const { code, stdout, stderr } = await refresh(sources)
      expect([0, 6]).toContain(code)
      expect(stdout + stderr).not.toContain('\u001b')
    }
  })
})
