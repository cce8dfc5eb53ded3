import { afterAll, describe, expect, it } from 'bun:test'
import { readFileSync } from 'node:fs'
import type { Cli } from '../../src/cli/cli.ts'
import { findConfigFile } from '../../src/cli/config-file.ts'
import { EXIT, EXIT_MEANINGS, exitCodeOf } from '../../src/cli/exit-codes.ts'
import { reportFault } from '../../src/cli/report-fault.ts'
import { ERROR_CODES, WarderError, type ErrorCode } from '../../src/errors.ts'
import { createSandbox, makeToken } from './fixtures.ts'
import { errorCodeOf, runWarder } from './run-warder.ts'

const sandbox = createSandbox()
const config = `${sandbox.path}/warder.yaml`
const broken = sandbox.write('broken.yaml', 'version: 1\nissuers: [{ name: a, isuer: x }]\n')
const warned = sandbox.write('warned.yaml', readFileSync(config, 'utf8').replace('[api://orders]', 'any'))
const publicKey = sandbox.write('public.pem', '-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n')
const noKey = sandbox.write('no-key.pem', 'hello\n')
const empty = sandbox.write('empty', '\n')
const huge = sandbox.write('huge', 'a'.repeat(1024 * 1024 + 1))
const secret = sandbox.write('secret', `${'s'.repeat(32)}\n`)
afterAll(() => sandbox.remove())

describe('wrong usage ends with its exit code and its error code', () => {
  const cases: readonly (readonly [args: readonly string[], exitCode: number, code: ErrorCode])[] = [
    [['chek'], 2, 'ERR_CLI_USAGE'],
    [['help', 'nope'], 2, 'ERR_CLI_USAGE'],
    [['help', 'token', 'nope'], 2, 'ERR_CLI_USAGE'],
    [['token', 'help', 'nope'], 2, 'ERR_CLI_USAGE'],
    [['explain', 'audience_mismach'], 2, 'ERR_CLI_USAGE'],
    [['explain', 'ERR_CONFIG_NOTHING'], 2, 'ERR_CLI_USAGE'],
    [['check', '--strct'], 2, 'ERR_CLI_USAGE'],
    [['check', 'a', 'b'], 2, 'ERR_CLI_USAGE'],
    [['check', '--config'], 2, 'ERR_CLI_USAGE'],
    [['check', config, '-c', config], 2, 'ERR_CLI_USAGE'],
    [['check', `${sandbox.path}/nothing.yaml`], 3, 'ERR_CONFIG_FILE_MISSING'],
    [['check', sandbox.path], 3, 'ERR_CONFIG_FILE_UNREADABLE'],
    [['check', broken], 3, 'ERR_CONFIG_MISSING_KEY'],
    [['config', 'show', '-c', broken], 3, 'ERR_CONFIG_MISSING_KEY'],
    [['config', 'shw'], 2, 'ERR_CLI_USAGE'],
    [['config', 'convert'], 2, 'ERR_CLI_USAGE'],
    [['config', 'convert', config], 2, 'ERR_CLI_USAGE'],
    [['snippet', 'iis'], 2, 'ERR_CLI_USAGE'],
    [['snippet', 'nginx', '-c', config, '--upstream', '127.0.0.1:8000'], 2, 'ERR_CLI_USAGE'],
    [['snippet', 'nginx', '-c', config, '--upstream', 'http://a/path'], 2, 'ERR_CLI_USAGE'],
    [['snippet', 'nginx', '-c', config, '--server-name', 'a; }'], 2, 'ERR_CLI_USAGE'],
    [['snippet', 'nginx', '-c', config, '--listen', '80;'], 2, 'ERR_CLI_USAGE'],
    [['keys', 'list', '-c', config, '--issuer', 'mian'], 2, 'ERR_CLI_USAGE'],
    [['token', 'verify', '-c', config, '-p', 'nope', makeToken()], 2, 'ERR_CLI_USAGE'],
    [['token', 'inspect'], 2, 'ERR_CLI_TOKEN_ABSENT'],
    [['token', 'inspect', '  Bearer '], 2, 'ERR_CLI_TOKEN_ABSENT'],
    [['token', 'inspect', '--token-file', empty], 2, 'ERR_CLI_TOKEN_ABSENT'],
    [['token', 'inspect', '--token-file', `${sandbox.path}/nothing`], 2, 'ERR_CLI_FILE_UNREADABLE'],
    [['token', 'inspect', '--token-file', sandbox.path], 2, 'ERR_CLI_FILE_UNREADABLE'],
    [['token', 'inspect', '--token-file', huge], 2, 'ERR_CLI_FILE_UNREADABLE'],
    [['token', 'inspect', '--token-file', secret, 'a.b.c'], 2, 'ERR_CLI_USAGE'],
    [['token', 'mint'], 2, 'ERR_CLI_USAGE'],
    [['token', 'mint', '--secret-file', secret, '--key-file', publicKey], 2, 'ERR_CLI_USAGE'],
    [['token', 'mint', '--secret-file', '-'], 2, 'ERR_CLI_USAGE'],
    [['token', 'mint', '--secret-file', empty], 2, 'ERR_CLI_KEY_UNUSABLE'],
    [['token', 'mint', '--secret-file', secret, '--alg', 'HS265'], 2, 'ERR_CLI_USAGE'],
    [['token', 'mint', '--secret-file', secret, '--alg', 'none'], 2, 'ERR_CLI_USAGE'],
    [['token', 'mint', '--secret-file', secret, '--alg', 'RS256'], 2, 'ERR_CLI_KEY_UNUSABLE'],
    [['token', 'mint', '--secret-file', secret, '--expires', 'soon'], 2, 'ERR_CLI_USAGE'],
    [['token', 'mint', '--secret-file', secret, '--claim', 'a'], 2, 'ERR_CLI_USAGE'],
    [['token', 'mint', '--secret-file', secret, '--claim', 'a=b'], 2, 'ERR_CLI_USAGE'],
    [['token', 'mint', '--secret-file', secret, '--secret-encoding', 'rot13'], 2, 'ERR_CLI_USAGE'],
    [['token', 'mint', '--secret-file', broken, '--secret-encoding', 'hex'], 2, 'ERR_CLI_KEY_UNUSABLE'],
    [['token', 'mint', '--key-file', publicKey], 2, 'ERR_CLI_KEY_UNUSABLE'],
    [['token', 'mint', '--key-file', noKey], 2, 'ERR_CLI_KEY_UNUSABLE'],
    [['token', 'mint', '-c', config, '--issuer', 'mian'], 2, 'ERR_CLI_USAGE'],
    [['healthcheck', '--url', 'ftp://127.0.0.1'], 2, 'ERR_CLI_USAGE'],
    [['healthcheck', '--url', 'http://127.0.0.1:1', '--timeout', '0s'], 2, 'ERR_CLI_USAGE'],
    [['healthcheck', '--url', 'http://127.0.0.1:1'], 6, 'ERR_CLI_UNREACHABLE'],
  ]
  for (const [args, exitCode, code] of cases) {
    const name = args.map((argument) => argument.replace(sandbox.path, '.').slice(0, 40)).join(' ')
    it(`${name}: ${exitCode} ${code}`, async () => {
      const ran = await runWarder(args)
      expect([ran.code, errorCodeOf(ran), ran.stdout]).toEqual([exitCode, code, ''])
      expect(ran.stderr, 'what to do').toMatch(/\n +(?:\||=) /)
    })
  }

  it('suggests the command and the flag that were probably meant', async () => {
    expect((await runWarder(['chek'])).stderr).toContain('check')
    expect((await runWarder(['check', '--strct'])).stderr).toContain('--strict')
  })

  it('is reported as JSON, too, with --json', async () => {
    const { stdout } = await runWarder(['token', 'inspect', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'warder.error/v1', code: 'ERR_CLI_TOKEN_ABSENT' })
    const check = await runWarder(['check', '--json', broken])
    expect(JSON.parse(check.stdout)).toMatchObject({ schema: 'warder.check/v1', ok: false, file: broken })
  })
})

describe('help', () => {
  it('is printed with examples for every command, and ends well', async () => {
    const commands = [
      'check',
      'explain',
      'token inspect',
      'token verify',
      'token mint',
      'keys list',
      'snippet nginx',
      'snippet haproxy',
      'snippet apache',
      'config show',
      'config schema',
      'config convert',
      'doctor',
      'echo',
      'status',
      'reload',
      'keys refresh',
      'decisions tail',
      'decisions get',
      'healthcheck',
      'version',
      'serve',
      'dev',
    ]
    for (const command of commands) {
      const { code, stdout } = await runWarder([...command.split(' '), '--help'])
      expect([command, code, stdout.includes('Examples:')]).toEqual([command, 0, true])
    }
  })

  it('is wrong usage if a command was expected', async () => {
    for (const args of [[], ['token'], ['keys'], ['config'], ['decisions']]) {
      const { code, stdout, stderr } = await runWarder(args)
      expect([code, stdout, stderr.startsWith('Usage:')]).toEqual([2, '', true])
    }
  })
})

describe('check', () => {
  it('counts what it found, with the digest', async () => {
    const { code, stdout } = await runWarder(['check', config])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ok: 1 issuer, 3 policies, 5 routes \([0-9a-f]{7}\)\n$/)
  })

  it('accepts warnings, unless --strict', async () => {
    expect((await runWarder(['check', warned])).code).toBe(0)
    const { code, stdout, stderr } = await runWarder(['check', '--strict', warned])
    expect([code, stdout, stderr.includes('WARN_CONFIG_AUDIENCE_ANY')]).toEqual([3, '', true])
  })

  it('reports each diagnostic as JSON', async () => {
    const { stdout } = await runWarder(['check', '--json', warned])
    const { diagnostics, ...rest } = JSON.parse(stdout) as {
      diagnostics: readonly { readonly code: string }[]
    }
    expect(rest).toMatchObject({
      schema: 'warder.check/v1',
      ok: true,
      counts: { issuers: 1, policies: 3, routes: 5 },
    })
    expect(diagnostics.map(({ code }) => code)).toEqual([
      'WARN_CONFIG_AUDIENCE_ANY',
      'WARN_CONFIG_QUERY_TOKEN',
    ])
  })
})

describe('the configuration file', () => {
  const cases: readonly (readonly [
    string,
    string | undefined,
    string | undefined,
    readonly string[],
    string,
  ])[] = [
    ['the flag', 'a.yaml', 'b.yaml', ['warder.yaml'], 'a.yaml'],
    ['WARDER_CONFIG', undefined, 'b.yaml', ['warder.yaml'], 'b.yaml'],
    [
      'the working directory',
      undefined,
      undefined,
      ['warder.yaml', '/etc/warder/warder.yaml'],
      'warder.yaml',
    ],
    ['/etc', undefined, '', ['/etc/warder/warder.yaml'], '/etc/warder/warder.yaml'],
  ]
  for (const [name, flag, env, existing, expected] of cases) {
    it(`is taken from ${name}`, () => {
      expect(findConfigFile(flag, { WARDER_CONFIG: env }, (file) => existing.includes(file))).toBe(expected)
    })
  }

  it('is an error that lists the places when there is no file', () => {
    try {
      findConfigFile(undefined, {}, () => false)
      expect.unreachable()
    } catch (fault) {
      if (!(fault instanceof WarderError)) throw fault
      expect(fault.code).toBe('ERR_CLI_CONFIG_NOT_FOUND')
      expect(fault.hints.join('\n')).toContain('/etc/warder/warder.yaml')
      expect(fault.hints.join('\n')).toContain('warder dev')
      expect(exitCodeOf(fault.code)).toBe(EXIT.configInvalid)
    }
  })
})

describe('exit codes', () => {
  it('are one table, in the code and in docs/cli.md', () => {
    const docs = readFileSync(`${import.meta.dir}/../../docs/cli.md`, 'utf8')
    const rows = [...docs.matchAll(/^\| (\d+) \| (.+) \|$/gm)].map(([, code, meaning]) => [code, meaning])
    expect(rows).toEqual(Object.entries(EXIT_MEANINGS))
  })

  it('are each used by some command', () => {
    const files = [...new Bun.Glob('src/cli/**/*.ts').scanSync(`${import.meta.dir}/../..`)]
    const sources = files.map((file) => readFileSync(`${import.meta.dir}/../../${file}`, 'utf8')).join('\n')
    for (const name of Object.keys(EXIT))
      expect([name, sources.includes(`EXIT.${name}`)]).toEqual([name, true])
  })

  it('exist for every error, and are never 0', () => {
    for (const code of Object.keys(ERROR_CODES) as ErrorCode[])
      expect([code, exitCodeOf(code) > 0]).toEqual([code, true])
  })

  it('are 1 for a bug', () => {
    let said = ''
    const cli = {
      json: false,
      colour: { stdout: false, stderr: false },
      stderr: { write: (text: string) => (said += text) },
    }
    expect(reportFault(cli as unknown as Cli, new TypeError('x is not a function'))).toBe(1)
    expect(said).toContain('error[ERR_INTERNAL]: this is a bug in Warder')
    expect(said).toMatch(/\n\s+at /)
  })
})

describe('colours', () => {
  const cases: readonly (readonly [string, readonly string[], boolean, Record<string, string>, boolean])[] = [
    ['a terminal', [], true, {}, true],
    ['a pipe', [], false, {}, false],
    ['NO_COLOR', [], true, { NO_COLOR: '1' }, false],
    // Some runtimes heed it by themselves; what is piped into a file or a ticket stays plain.
    ['a pipe with FORCE_COLOR', [], false, { FORCE_COLOR: '1' }, false],
    ['a terminal with FORCE_COLOR=0', [], true, { FORCE_COLOR: '0' }, true],
    ['NO_COLOR beside FORCE_COLOR', [], true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
    ['an empty NO_COLOR', [], true, { NO_COLOR: '' }, true],
    ['--no-color', ['--no-color'], true, {}, false],
  ]
  for (const [name, args, terminal, env, coloured] of cases) {
    it(`are ${coloured ? '' : 'not '}written for ${name}`, async () => {
      const { stdout, stderr } = await runWarder(['token', 'verify', '-c', config, ...args], {
        stdin: 'x',
        terminal,
        env,
      })
      expect((stdout + stderr).includes('\u001b[')).toBe(coloured)
    })
  }
})
