/** Every flag and every argument of every command, once with a value that is wrong. */
import { afterAll, describe, expect, it } from 'bun:test'
import type { Command } from 'commander'
import type { Cli } from '../../src/cli/cli.ts'
import { createProgram } from '../../src/cli/program.ts'
import { createSandbox, makeToken } from './fixtures.ts'
import { errorCodeOf, runWarder } from './run-warder.ts'

const sandbox = createSandbox()
const config = ['-c', `${sandbox.path}/warder.yaml`]
const secret = ['--secret-file', sandbox.write('secret', `${'s'.repeat(32)}\n`)]
const nowhere = `${sandbox.path}/nothing`
afterAll(() => sandbox.remove())

/** Any text will do there: what it stands for is in the token, in the file, or in a running Warder. */
const ANY_TEXT = 'any text'

type Wrong = typeof ANY_TEXT | readonly [value: string, exitCode: number, ...others: readonly string[]]

/** Nothing listens there, and no case gets so far as to ask. */
const SITE = 'http://127.0.0.1:1/orders/1'

/** The same for the admin listener. */
const server = ['--server', 'http://127.0.0.1:1']
const healthUrl = ['--url', 'http://127.0.0.1:1']

const ID = '01KF6D3V5T5N7Q3J8Y3M0W2Z4C'

const READ = ['--request', 'GET https://api.example.com/orders/42', '--no-token']

const WRONG: Readonly<Record<string, Wrong>> = {
  'dev --decisions': ['9180', 3],
  'dev --admin': ['0.0.0.0:0', 3],
  'serve --config': [nowhere, 3],
  'check [file]': [nowhere, 3],
  'check --config': [nowhere, 3],
  'explain [token]': ['x', 2, ...config, ...READ],
  'explain --config': [nowhere, 3, ...READ],
  'explain --request': ['orders/42', 2, ...config, '--no-token'],
  'explain --header': ['no colon', 2, ...config, ...READ],
  'explain --policy': ['nobody', 2, ...config, '--no-token'],
  'explain --token-file': [nowhere, 2, ...config, '--policy', 'browser'],
  'explain --at': ['soon', 2, ...config, ...READ],
  'token inspect [token]': ['-', 2],
  'token inspect --token-file': [nowhere, 2],
  'token verify [token]': ['-', 2, ...config],
  'token verify --config': [nowhere, 3, makeToken()],
  'token verify --policy': ['nobody', 2, ...config, makeToken()],
  'token verify --token-file': [nowhere, 2, ...config],
  'token verify --at': ['2026-13-01T00:00:00Z', 2, ...config, makeToken()],
  'token mint --secret-file': [nowhere, 2],
  'token mint --secret-encoding': ['rot13', 2, ...secret],
  'token mint --key-file': [nowhere, 2],
  'token mint --config': [nowhere, 3, '--issuer', 'main'],
  'token mint --issuer': ['nobody', 2, ...config],
  'token mint --alg': ['none', 2, ...secret],
  'token mint --kid': ANY_TEXT,
  'token mint --iss': ANY_TEXT,
  'token mint --aud': ANY_TEXT,
  'token mint --sub': ANY_TEXT,
  'token mint --scope': ANY_TEXT,
  'token mint --expires': ['-1h', 2, ...secret],
  'token mint --claim': ['roles', 2, ...secret],
  'keys list --config': [nowhere, 3],
  'keys list --issuer': ['nobody', 2, ...config],
  'keys list --server': ['nowhere', 2],
  'keys list --admin-token-file': [nowhere, 2, ...server],
  'keys list --ca-file': [nowhere, 2, ...server],
  'keys list --client-certificate': [nowhere, 2, ...server],
  'keys list --client-key': [nowhere, 2, ...server],
  'snippet nginx --decisions': ['10.0.0.1', 2, ...config],
  'snippet nginx --config': [nowhere, 3],
  'snippet nginx --upstream': ['ftp://127.0.0.1', 2, ...config],
  'snippet nginx --server-name': ['a;b', 2, ...config],
  'snippet nginx --listen': ['80 { ', 2, ...config],
  'snippet nginx --cert': ['/c.pem', 2, ...config],
  'snippet nginx --key': ['/k.pem', 2, ...config],
  'snippet haproxy --decisions': ['10.0.0.1', 2, ...config],
  'snippet haproxy --config': [nowhere, 3],
  'snippet haproxy --upstream': ['ftp://127.0.0.1', 2, ...config],
  'snippet haproxy --server-name': ['a;b', 2, ...config],
  'snippet haproxy --listen': ['80 { ', 2, ...config],
  'snippet haproxy --cert': ['/a b.pem', 2, ...config],
  'snippet haproxy --key': ['/k.pem', 2, ...config],
  'snippet haproxy --lua-file': ['/a b.lua', 2, ...config],
  'snippet haproxy --ask': ['grpc', 2, ...config],
  'snippet haproxy --spoe-file': [
    '/a b.spoe',
    2,
    '--ask',
    'spoe',
    '--decisions',
    '127.0.0.1:9191',
    ...config,
  ],
  'snippet haproxy --print': ['both', 2, ...config],
  'snippet apache --decisions': ['10.0.0.1', 2, ...config],
  'snippet apache --config': [nowhere, 3],
  'snippet apache --upstream': ['ftp://127.0.0.1', 2, ...config],
  'snippet apache --server-name': ['a;b', 2, ...config],
  'snippet apache --listen': ['80 > ', 2, ...config],
  'snippet apache --cert': ['/c.pem', 2, ...config],
  'snippet apache --key': ['/k.pem', 2, ...config],
  'snippet apisix --decisions': ['unix:/run/w', 2, ...config],
  'snippet apisix --config': [nowhere, 3],
  'snippet apisix --upstream': ['http://a/b', 2, ...config],
  'snippet apisix --server-name': ['a"', 2, ...config],
  'snippet ingress-nginx --decisions': ['unix:/run/w', 2, ...config],
  'snippet ingress-nginx --config': [nowhere, 3],
  'snippet ingress-nginx --service': ['orders', 2, ...config],
  'snippet ingress-nginx --server-name': ['a"', 2, ...config],
  'snippet ingress-nginx --namespace': ['A', 2, ...config],
  'snippet ingress-nginx --controller-namespace': ['a:b', 2, ...config],
  'snippet ingress-nginx --tls-secret': ['a b', 2, ...config],
  'snippet caddy --decisions': ['unix:/run/w {', 2, ...config],
  'snippet caddy --config': [nowhere, 3],
  'snippet caddy --upstream': ['http://a/b', 2, ...config],
  'snippet caddy --server-name': ['a {', 2, ...config],
  'snippet caddy --listen': ['65536', 2, ...config],
  'snippet caddy --cert': ['/c.pem', 2, ...config],
  'snippet caddy --key': ['/k.pem', 2, ...config],
  'snippet istio --decisions': ['unix:/run/w.sock', 2, ...config],
  'snippet istio --config': [nowhere, 3],
  'snippet istio --service': ['warder', 2, ...config],
  'snippet istio --namespace': ['a/b', 2, ...config],
  'snippet istio --app': ['A B', 2, ...config],
  'snippet envoy-gateway --decisions': ['unix:/run/w.sock', 2, ...config],
  'snippet envoy-gateway --config': [nowhere, 3],
  'snippet envoy-gateway --service': ['warder', 2, ...config],
  'snippet envoy-gateway --namespace': ['a/b', 2, ...config],
  'snippet envoy-gateway --httproute': ['A B', 2, ...config],
  'snippet gateway-api --decisions': ['unix:/run/w.sock', 2, ...config],
  'snippet gateway-api --config': [nowhere, 3],
  'snippet gateway-api --service': ['warder', 2, ...config],
  'snippet gateway-api --namespace': ['a/b', 2, ...config],
  'snippet gateway-api --httproute': ['A B', 2, ...config],
  'snippet envoy --decisions': ['10.0.0.1', 2, ...config],
  'snippet envoy --config': [nowhere, 3],
  'snippet envoy --upstream': ['http://a/b', 2, ...config],
  'snippet envoy --server-name': ['a"b', 2, ...config],
  'snippet envoy --listen': ['80', 2, ...config],
  'snippet envoy --cert': ['/c.pem', 2, ...config],
  'snippet envoy --key': ['/k.pem', 2, ...config],
  'snippet envoy-grpc --decisions': ['10.0.0.1', 2, ...config],
  'snippet envoy-grpc --config': [nowhere, 3],
  'snippet envoy-grpc --upstream': ['http://a/b', 2, ...config],
  'snippet envoy-grpc --server-name': ['a"b', 2, ...config],
  'snippet envoy-grpc --listen': ['80', 2, ...config],
  'snippet envoy-grpc --cert': ['/c.pem', 2, ...config],
  'snippet envoy-grpc --key': ['/k.pem', 2, ...config],
  'snippet traefik --decisions': ['unix:/run/w.sock', 2, ...config],
  'snippet traefik --config': [nowhere, 3],
  'snippet traefik --upstream': ['http://a/b', 2, ...config],
  'snippet traefik --server-name': ['a`b', 2, ...config],
  'snippet traefik --entry-points': ['web,websecure', 2, ...config],
  'snippet traefik --cert-resolver': ['a b', 2, ...config],
  'snippet traefik --cert': ['/c.pem', 2, ...config],
  'snippet traefik --key': ['/k.pem', 2, ...config],
  'config show --config': [nowhere, 3],
  'config convert <file>': [nowhere, 3],
  'doctor <url>': ['api.example.com', 2],
  'doctor --config': [nowhere, 3, SITE],
  'doctor --token-file': [nowhere, 2, SITE],
  'doctor --path': ['orders', 2, SITE],
  'doctor --connect': ['127.0.0.1', 2, SITE],
  'doctor --ca': [nowhere, 2, SITE],
  'doctor --proxy': ['ngnix', 2, SITE],
  'doctor --timeout': ['0s', 2, SITE],
  'doctor --server': ['nowhere', 2, SITE],
  'doctor --admin-token-file': [nowhere, 2, SITE, '--server', 'http://127.0.0.1:1'],
  'doctor --ca-file': [nowhere, 2, SITE, '--server', 'http://127.0.0.1:1'],
  'doctor --client-certificate': [nowhere, 2, SITE, '--server', 'http://127.0.0.1:1'],
  'doctor --client-key': [nowhere, 2, SITE, '--server', 'http://127.0.0.1:1'],
  'echo --listen': ['8000', 2],
  'healthcheck --url': ['127.0.0.1', 2],
  'healthcheck --config': [nowhere, 3],
  'healthcheck --timeout': ['forever', 2],
  'healthcheck --admin-token-file': [nowhere, 2, ...healthUrl],
  'healthcheck --ca-file': [nowhere, 2, ...healthUrl],
  'healthcheck --client-certificate': [nowhere, 2, ...healthUrl],
  'healthcheck --client-key': [nowhere, 2, ...healthUrl],
  'reload --server': ['nowhere', 2],
  'reload --config': [nowhere, 3],
  'reload --admin-token-file': [nowhere, 2],
  'reload --ca-file': [nowhere, 2],
  'reload --client-certificate': [nowhere, 2],
  'reload --client-key': [nowhere, 2],
  'keys refresh --server': ['nowhere', 2],
  'keys refresh --config': [nowhere, 3],
  'keys refresh --admin-token-file': [nowhere, 2],
  'keys refresh --ca-file': [nowhere, 2],
  'keys refresh --client-certificate': [nowhere, 2],
  'keys refresh --client-key': [nowhere, 2],
  'keys refresh [issuer]': ANY_TEXT,
  'decisions tail --server': ['nowhere', 2],
  'decisions tail --config': [nowhere, 3],
  'decisions tail --admin-token-file': [nowhere, 2],
  'decisions tail --ca-file': [nowhere, 2],
  'decisions tail --client-certificate': [nowhere, 2],
  'decisions tail --client-key': [nowhere, 2],
  'decisions tail --outcome': ['denied', 2],
  'decisions tail --reason': ['kid_mising', 2],
  'decisions tail --route': ANY_TEXT,
  'decisions tail --policy': ANY_TEXT,
  'decisions tail --issuer': ANY_TEXT,
  'decisions tail --caller': ANY_TEXT,
  'decisions tail --client': ANY_TEXT,
  'decisions tail --limit': ['-1', 2],
  'decisions get --server': ['nowhere', 2, ID],
  'decisions get --config': [nowhere, 3, ID],
  'decisions get --admin-token-file': [nowhere, 2, ID],
  'decisions get --ca-file': [nowhere, 2, ID],
  'decisions get --client-certificate': [nowhere, 2, ID],
  'decisions get --client-key': [nowhere, 2, ID],
  'decisions get <id>': ['01KF6D', 2],
  'explain --server': ['nowhere', 2, ID],
  'explain --admin-token-file': [nowhere, 2, ID],
  'explain --ca-file': [nowhere, 2, ID],
  'explain --client-certificate': [nowhere, 2, ID],
  'explain --client-key': [nowhere, 2, ID],
  'status --server': ['nowhere', 2],
  'status --config': [nowhere, 3],
  'status --admin-token-file': [nowhere, 2],
  'status --ca-file': [nowhere, 2],
  'status --client-certificate': [nowhere, 2],
  'status --client-key': [nowhere, 2],
}

/** `token mint --alg`, `check [file]`: everything that takes a value. */
function* valuesOf(command: Command, path: readonly string[] = []): Generator<string> {
  for (const child of command.commands) yield* valuesOf(child, [...path, child.name()])
  const name = path.join(' ')
  for (const option of command.options) if (option.required) yield `${name} ${option.long}`
  for (const argument of command.registeredArguments)
    yield `${name} ${argument.required ? `<${argument.name()}>` : `[${argument.name()}]`}`
}

const program = createProgram({ setExitCode: () => undefined } as unknown as Cli)

describe('a wrong value', () => {
  it('is tried for every flag and argument that takes one', () =>
    expect([...valuesOf(program)].toSorted()).toEqual(Object.keys(WRONG).toSorted()))

  for (const [place, wrong] of Object.entries(WRONG)) {
    if (wrong === ANY_TEXT) continue
    const [value, exitCode, ...others] = wrong
    const words = place.split(' ')
    const flag = words.at(-1) ?? ''
    const given = flag.startsWith('--') ? [`${flag}=${value}`] : [value]
    it(`of ${place} ends with ${exitCode}, and suggests what to do`, async () => {
      const ran = await runWarder([...words.slice(0, -1), ...given, ...others])
      expect([ran.code, ran.stdout]).toEqual([exitCode, ''])
      expect(errorCodeOf(ran)).toMatch(/^ERR_(?:CLI|CONFIG)_/)
      expect(ran.stderr).toMatch(/\n +(?:\||=) /)
    })
  }
})

describe('an unknown flag', () => {
  for (const command of new Set(
    [...valuesOf(program)].map((place) => place.split(' ').slice(0, -1).join(' ')),
  )) {
    it(`of ${command} is wrong usage`, async () => {
      const ran = await runWarder([...command.split(' '), '--no-such-flag'])
      expect([ran.code, errorCodeOf(ran), ran.stdout]).toEqual([2, 'ERR_CLI_USAGE', ''])
    })
  }
})
