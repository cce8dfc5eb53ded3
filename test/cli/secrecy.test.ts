import { afterAll, describe, expect, it } from 'bun:test'
import { createSandbox, makeToken, SECRET } from './fixtures.ts'
import { runWarder } from './run-warder.ts'

const sandbox = createSandbox()
const config = `${sandbox.path}/warder.yaml`
afterAll(() => sandbox.remove())

const tokenFile = sandbox.write('admin-token', SECRET)
const REQUEST = 'GET https://api.example.com/orders/42'

// `token mint` prints the token that it makes, and `config convert` the secret that it moves: that is their job.
const COMMANDS: readonly (readonly string[])[] = [
  ['check', '-c', config],
  ['explain', '-c', config, '-r', REQUEST],
  ['explain', '-c', config, '-r', 'GET https://link.example.com/'],
  ['explain', '-c', config, '-r', 'GET https://www.example.com/'],
  ['explain', '-c', config, '-r', `${REQUEST}?token=TOKEN`, '-H', 'Cookie: access_token=TOKEN'],
  ['explain', '-c', config, '-r', 'GET https://api.example.com/orders/TOKEN'],
  ['explain', '-c', config, '-r', 'TOKEN'],
  ['explain', '-c', config, '-r', REQUEST, '-H', 'TOKEN'],
  ['explain', '-c', config, '-r', REQUEST, '--at', 'TOKEN'],
  ['explain', '-c', config, '-p', 'TOKEN'],
  ['explain', '-c', config, '-r', REQUEST, 'TOKEN'],
  ['explain', '-c', config, '-r', REQUEST, '--token', 'TOKEN'],
  ['token', 'inspect'],
  ['token', 'inspect', 'TOKEN'],
  ['token', 'inspect', '--token=TOKEN'],
  ['token', 'inspect', 'TOKEN', 'TOKEN'],
  ['token', 'verify', '-c', config],
  ['token', 'verify', '-c', config, '-p', 'orders-read'],
  ['token', 'verify', 'TOKEN', '-c', config],
  ['token', 'TOKEN'],
  ['TOKEN'],
  ['keys', 'list', '-c', config],
  ['keys', 'list', '-c', config, '--issuer', 'TOKEN'],
  ['snippet', 'nginx', '-c', config],
  ['config', 'show', '-c', config],
  ['config', 'schema'],
  ['healthcheck', '--url', 'TOKEN'],
  ['status', '--server', 'TOKEN'],
  ['status', '--server', 'http://TOKEN@127.0.0.1:1'],
  ['status', '--server', 'http://127.0.0.1:1/TOKEN'],
  ['status', '--server', 'http://127.0.0.1:1', '--admin-token-file', 'TOKEN'],
  ['status', '--server', 'http://127.0.0.1:1', '--admin-token-file', tokenFile],
  ['reload', '--server', 'http://127.0.0.1:1', '--client-key', 'TOKEN'],
  ['keys', 'refresh', 'TOKEN', '--server', 'http://127.0.0.1:1'],
  ['decisions', 'get', 'TOKEN'],
  ['decisions', 'tail', '--reason', 'TOKEN'],
  ['decisions', 'tail', '--limit', 'TOKEN'],
  ['explain', '--server', 'http://127.0.0.1:1', '-r', REQUEST],
  ['explain', '--server', 'http://127.0.0.1:1', '-r', REQUEST, 'TOKEN'],
  ['explain', '--server', 'http://127.0.0.1:1', 'TOKEN'],
  ['check', `--secret=${SECRET}`],
  ['version'],
]

describe('no command repeats a token or a secret', () => {
  const tokens = [
    makeToken(),
    makeToken({ aud: 'x', exp: 1 }),
    makeToken({}, 'another-secret-0123456789abcdefghij'),
    `${makeToken()}=`,
    makeToken().replace(/\.[^.]*$/, ''),
  ]
  for (const command of COMMANDS) {
    it(command.join(' ').replaceAll(sandbox.path, '.').replaceAll(SECRET, 'SECRET'), async () => {
      for (const token of tokens) {
        for (const json of [[], ['--json']]) {
          const args = [...command.map((argument) => argument.replaceAll('TOKEN', token)), ...json]
          const { stdout, stderr } = await runWarder(args, { stdin: token })
          const said = stdout + stderr
          const parts = token.split('.').filter((part) => part.length > 10)
          for (const hidden of [SECRET, ...parts]) expect(said.includes(hidden)).toBe(false)
        }
      }
    })
  }
})
