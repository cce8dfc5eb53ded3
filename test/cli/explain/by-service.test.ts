import { afterAll, describe, expect, it } from 'bun:test'
import { createSandbox, makeToken, SECRET } from '../fixtures.ts'
import { adminError, createFakeAdmin } from '../running/fake-admin.ts'
import { errorCodeOf, runWarder } from '../run-warder.ts'

const sandbox = createSandbox()
const config = `${sandbox.path}/warder.yaml`
const admin = createFakeAdmin()
const bodies: unknown[] = []
afterAll(async () => {
  sandbox.remove()
  await admin.stop()
})

const ISSUER = 'https://idp.example.com'
const READ = ['--request', 'GET https://api.example.com/orders/42']
const answerWith = (explanation: unknown): void => {
  admin.answers.set('POST /v1/explain', (body) => {
    bodies.push(JSON.parse(body))
    return { body: explanation }
  })
}
const byService = (args: readonly string[], stdin?: string) =>
  runWarder(['explain', '--server', admin.url, ...args], stdin === undefined ? {} : { stdin })

describe('explain --server', () => {
  it('has the running service judge the request, with the token of stdin', async () => {
    answerWith({ schema: 'warder.explain/v1', decision: 'allow', status: 200, reason: 'ok', steps: [] })
    const token = makeToken()
    const ran = await byService([...READ, '-H', 'A: 1', '-H', 'a: 2', '--policy', 'p'], token)
    expect([ran.code, ran.stdout]).toEqual([0, 'ALLOW 200  ok\n'])
    expect(bodies.at(-1)).toEqual({
      method: 'GET',
      url: 'https://api.example.com/orders/42',
      headers: { a: ['1', '2'] },
      policy: 'p',
      token,
    })
    await byService([...READ, '--no-token'])
    expect(bodies.at(-1)).not.toHaveProperty('token')
  })

  it('prints what `explain` of the same configuration prints', async () => {
    const cases = [
      [READ, makeToken()],
      [READ, makeToken({ aud: ['account'], scope: 'openid' })],
      [READ, makeToken({ exp: 1 })],
      [READ, makeToken({ iss: `${ISSUER}/` })],
      [READ, makeToken({}, `${SECRET}!`)],
      [READ, 'not.a.token'],
      [['-r', 'DELETE https://api.example.com/orders/42'], makeToken()],
      [['-r', 'GET https://api.example.com/orders/..%2fadmin'], makeToken()],
    ] as const
    for (const [args, token] of cases) {
      const local = await runWarder(['explain', '-c', config, ...args], { stdin: token })
      const json = await runWarder(['explain', '-c', config, '--json', ...args], { stdin: token })
      answerWith(JSON.parse(json.stdout))
      expect(await byService(args, token)).toEqual(local)
    }
  })

  it('shows two nearly equal issuers one above the other', async () => {
    const token = makeToken({ iss: `${ISSUER}/` })
    const json = await runWarder(['explain', '-c', config, '--json', ...READ], { stdin: token })
    const explanation = JSON.parse(json.stdout)
    expect(explanation.compare).toEqual({
      token: `${ISSUER}/`,
      configured: ISSUER,
      difference: 'a trailing slash',
    })
    answerWith(explanation)
    const { stdout } = await byService(READ, token)
    const at = ' '.repeat(ISSUER.length)
    expect(stdout).toContain(
      `      token       ${ISSUER}/\n      configured  ${ISSUER}\n                  ${at}^ a trailing slash\nfix `,
    )
  })

  it('needs a request, and the time of the service', async () => {
    for (const args of [
      ['--policy', 'browser'],
      [...READ, '--at', '1'],
    ]) {
      const ran = await byService(args, makeToken())
      expect([ran.code, errorCodeOf(ran)]).toEqual([2, 'ERR_CLI_USAGE'])
    }
  })

  it('reports a policy that the service does not have', async () => {
    admin.answers.set(
      'POST /v1/explain',
      adminError(400, 'ERR_ADMIN_BODY', 'no policy "browsr"', ['did you mean "browser"?']),
    )
    const ran = await byService([...READ, '-p', 'browsr'], makeToken())
    expect([ran.code, errorCodeOf(ran)]).toEqual([2, 'ERR_CLI_USAGE'])
    expect(ran.stderr).toContain('no policy "browsr"\n  = did you mean "browser"?')
  })
})
