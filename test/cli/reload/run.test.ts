import { afterAll, describe, expect, it } from 'bun:test'
import { adminError, createFakeAdmin } from '../running/fake-admin.ts'
import { errorCodeOf, runWarder } from '../run-warder.ts'

const admin = createFakeAdmin()
afterAll(() => admin.stop())

const reload = (body: object, ...args: readonly string[]) => {
  admin.answers.set('POST /v1/reload', { body: { schema: 'warder.reload/v1', ...body } })
  return runWarder(['reload', '--server', admin.url, ...args])
}
const MISTAKE = {
  code: 'ERR_CONFIG_UNKNOWN_KEY',
  severity: 'error',
  message: 'issuers[0] has no key "isuer"',
  file: '/etc/warder/warder.yaml',
  line: 3,
  column: 5,
  length: 5,
  suggestion: 'did you mean "issuer"?',
  hints: ['see docs/config.md'],
  docs: 'docs/errors.md#err_config_unknown_key',
  frame: {
    lines: [
      { number: 2, text: 'issuers:' },
      { number: 3, text: '  - isuer: https://a' },
    ],
    carets: '    ^^^^^',
  },
}

describe('reload', () => {
  it('says which configuration replaces which', async () => {
    const ran = await reload({ result: 'success', digest: '0ebfa92', was: '3f9c1e2', diagnostics: [] })
    expect(ran).toEqual({ code: 0, stdout: 'reloaded: config 0ebfa92 replaces config 3f9c1e2\n', stderr: '' })
  })

  it('says so if nothing has changed', async () => {
    const { stdout } = await reload({ result: 'success', digest: 'aaaaaaa', was: 'aaaaaaa', diagnostics: [] })
    expect(stdout).toBe('reloaded: config aaaaaaa, as before\n')
  })

  it('prints the mistakes of a configuration that is refused, and ends with 3', async () => {
    const body = { result: 'refused', digest: '3f9c1e2', was: '3f9c1e2', diagnostics: [MISTAKE] }
    const ran = await reload(body)
    expect([ran.code, ran.stdout]).toEqual([3, 'refused: config 3f9c1e2 stays in force\n'])
    expect(ran.stderr).toBe(`error[ERR_CONFIG_UNKNOWN_KEY]: issuers[0] has no key "isuer"
 --> /etc/warder/warder.yaml:3:5
  |
2 | issuers:
3 |   - isuer: https://a
  |     ^^^^^ did you mean "issuer"?
  = see docs/config.md
  = docs/errors.md#err_config_unknown_key

1 error
`)
    const json = await reload(body, '--json')
    expect([json.code, JSON.parse(json.stdout)]).toEqual([3, { schema: 'warder.reload/v1', ...body }])
  })

  it('cannot be made to control the terminal, and takes any members', async () => {
    const bad = '\u001b]0;x\u0007\u202e'
    const { stdout, stderr } = await reload({
      result: bad,
      digest: bad,
      was: 7,
      diagnostics: [
        { ...MISTAKE, message: bad, file: bad, suggestion: bad, hints: [bad, 7] },
        { ...MISTAKE, code: bad },
        { ...MISTAKE, frame: { lines: [{ number: 1, text: bad }], carets: '^' } },
        { ...MISTAKE, frame: { lines: [{ number: 1, text: 'a' }], carets: bad } },
        { ...MISTAKE, frame: 7 },
        null,
        { code: 'ERR_OF_ANOTHER_VERSION' },
      ],
    })
    expect(stdout + stderr).not.toMatch(/[\u001b\u0007\u202e]/)
    expect(stderr).toContain('ERR_OF_ANOTHER_VERSION')
  })

  it('needs the right to change', async () => {
    admin.answers.set('POST /v1/reload', adminError(403, 'ERR_ADMIN_RIGHT', 'this needs the right "change"'))
    const ran = await runWarder(['reload', '--server', admin.url])
    expect([ran.code, errorCodeOf(ran)]).toEqual([2, 'ERR_CLI_ADMIN_REFUSED'])
  })
})
