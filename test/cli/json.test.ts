/** `--json` of every command: one JSON document, with the name and version of its shape. */
import { afterAll, describe, expect, it } from 'bun:test'
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import type { Cli } from '../../src/cli/cli.ts'
import { createProgram } from '../../src/cli/program.ts'
import { createSandbox, makeToken, SECRET } from './fixtures.ts'
import { createFakeAdmin } from './running/fake-admin.ts'
import { runWarder } from './run-warder.ts'

const sandbox = createSandbox()
const config = `${sandbox.path}/warder.yaml`
const broken = sandbox.write('broken.yaml', 'version: 1\n')
const secret = sandbox.write('secret', SECRET)
const foreign = sandbox.write(
  'config.json',
  JSON.stringify({ 'listen-port': ':8081', clients: [{ endpoints: ['/auth'], name: 'a', HMAC: SECRET }] }),
)
const READ = ['--request', 'GET https://api.example.com/orders/42']
const ORDERS = 'http://api.example.com/orders/42'
const health = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response('ready\n') })
/** A site that denies everything, as Warder does. */
const denying = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch: () =>
    new Response(null, {
      status: 401,
      headers: { 'X-Decision-Id': '1', 'X-Decision-Reason': 'token_missing' },
    }),
})
const running = createFakeAdmin()
const ID = '01KF6D3V5T5N7Q3J8Y3M0W2Z4C'
const decision = { id: ID, outcome: 'deny', reason: 'kid_unknown' }
for (const [asked, schema, members] of [
  ['GET /v1/status', 'status', { isReady: true }],
  ['POST /v1/reload', 'reload', { result: 'success' }],
  ['POST /v1/keys/refresh', 'keys-refresh', { sources: [] }],
  ['POST /v1/explain', 'explain', { decision: 'allow' }],
  ['GET /v1/decisions', 'decisions', { decisions: [decision] }],
  [`GET /v1/decisions/${ID}`, 'decision', { decision }],
] as const)
  running.answers.set(asked, { body: { schema: `warder.${schema}/v1`, ...members } })
afterAll(async () => {
  sandbox.remove()
  await running.stop()
  await denying.stop(true)
  return health.stop(true)
})

type Case = readonly [command: string, args: readonly string[], schema: string, exitCode: number]

const token = makeToken()
const late = makeToken({ exp: 1 })
const CASES: readonly Case[] = [
  ['serve', ['-c', broken], 'warder.check/v1', 3],
  ['serve', ['-c', `${sandbox.path}/none.yaml`], 'warder.check/v1', 3],
  ['check', [config], 'warder.check/v1', 0],
  ['check', [broken], 'warder.check/v1', 3],
  ['explain', ['-c', config, ...READ, token], 'warder.explain/v1', 0],
  ['explain', ['-c', config, ...READ, late], 'warder.explain/v1', 5],
  ['explain', ['-c', config, '--no-token'], 'warder.error/v1', 2],
  ['explain', ['kid_missing'], 'warder.explain-code/v1', 0],
  ['explain', ['kid_mising'], 'warder.error/v1', 2],
  ['token inspect', [token], 'warder.token-inspect/v1', 0],
  ['token inspect', ['not.a.token'], 'warder.token-inspect/v1', 5],
  ['token verify', ['-c', config, token], 'warder.token-verify/v1', 0],
  ['token verify', ['-c', config, late], 'warder.token-verify/v1', 5],
  ['token mint', ['--secret-file', secret], 'warder.token-mint/v1', 0],
  ['token mint', ['--secret-file', secret, '--alg', 'none'], 'warder.error/v1', 2],
  ['keys list', ['-c', config], 'warder.keys/v1', 0],
  ['snippet nginx', ['-c', config], 'warder.snippet/v1', 0],
  ['snippet haproxy', ['-c', config], 'warder.snippet/v1', 0],
  ['snippet apache', ['-c', config], 'warder.snippet/v1', 0],
  ['snippet traefik', ['-c', config], 'warder.snippet/v1', 0],
  ['snippet envoy', ['-c', config], 'warder.snippet/v1', 0],
  ['snippet istio', ['-c', config, '--decisions', '0.0.0.0:9190'], 'warder.snippet/v1', 0],
  ['snippet envoy-gateway', ['-c', config, '--decisions', '0.0.0.0:9190'], 'warder.snippet/v1', 0],
  ['snippet gateway-api', ['-c', config, '--decisions', '0.0.0.0:9190'], 'warder.snippet/v1', 0],
  ['snippet envoy-grpc', ['-c', config, '--decisions', '127.0.0.1:9190'], 'warder.snippet/v1', 0],
  ['snippet caddy', ['-c', config], 'warder.snippet/v1', 0],
  ['snippet apisix', ['-c', config], 'warder.snippet/v1', 0],
  ['snippet ingress-nginx', ['-c', config], 'warder.snippet/v1', 0],
  ['config show', ['-c', config], 'warder.config/v1', 0],
  ['config show', ['-c', config, '--origin'], 'warder.config-origin/v1', 0],
  ['config show', ['-c', broken], 'warder.check/v1', 3],
  ['config convert', [foreign], 'warder.config-convert/v1', 0],
  ['config convert', [config], 'warder.error/v1', 2],
  ['doctor', [ORDERS, '-c', config, '--connect', `127.0.0.1:${denying.port}`], 'warder.doctor/v1', 10],
  ['doctor', [`http://127.0.0.1:${health.port}/orders/1`], 'warder.doctor/v1', 5],
  ['doctor', ['http://127.0.0.1:1/'], 'warder.error/v1', 6],
  ['healthcheck', ['--url', `http://127.0.0.1:${health.port}`], 'warder.health/v1', 0],
  ['healthcheck', ['--url', 'http://127.0.0.1:1'], 'warder.error/v1', 6],
  ['status', ['--server', running.url], 'warder.status/v1', 0],
  ['explain', [ID, '--server', running.url], 'warder.decision/v1', 5],
  ['explain', ['--server', running.url, ...READ, token], 'warder.explain/v1', 0],
  ['reload', ['--server', running.url], 'warder.reload/v1', 0],
  ['keys refresh', ['--server', running.url], 'warder.keys-refresh/v1', 0],
  ['decisions get', [ID, '--server', running.url], 'warder.decision/v1', 0],
  ['decisions tail', ['--server', running.url, '--no-follow'], 'warder.decision-record/v1', 0],
  ['status', ['--server', 'http://127.0.0.1:1'], 'warder.error/v1', 6],
  ['version', [], 'warder.version/v1', 0],
]

function* jsonCommands(command: Command, path: readonly string[] = []): Generator<string> {
  if (command.options.some(({ long }) => long === '--json')) yield path.join(' ')
  for (const child of command.commands) yield* jsonCommands(child, [...path, child.name()])
}

describe('--json', () => {
  it('is tried on every command that has it', () => {
    const program = createProgram({ setExitCode: () => undefined } as unknown as Cli)
    // A JSON Schema is in its own shape.
    const commands = [...jsonCommands(program)].filter((command) => command !== 'config schema')
    expect([...new Set(CASES.map(([command]) => command))].toSorted()).toEqual(commands.toSorted())
  })

  for (const [command, args, schema, exitCode] of CASES) {
    const shown = args.map((argument) => argument.replace(sandbox.path, '.').slice(0, 20)).join(' ')
    it(`of ${command} ${shown} is one ${schema}, and ends with ${exitCode}`, async () => {
      const { code, stdout } = await runWarder([...command.split(' '), '--json', ...args])
      expect([code, (JSON.parse(stdout) as { schema: string }).schema]).toEqual([exitCode, schema])
    })
  }

  it('has its shapes listed in docs/cli.md, in both directions', () => {
    const doc = readFileSync(`${import.meta.dir}/../../docs/cli.md`, 'utf8')
    const listed = [...doc.matchAll(/^\| `(warder\.[a-z-]+\/v\d+)` \|/gm)].map(([, schema]) => schema)
    expect(listed.toSorted()).toEqual([...new Set(CASES.map(([, , schema]) => schema))].toSorted())
  })
})
