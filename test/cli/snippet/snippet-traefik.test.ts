import { afterAll, describe, expect, it } from 'bun:test'
import { createSandbox, SECRET } from '../fixtures.ts'
import { errorCodeOf, runWarder } from '../run-warder.ts'

const sandbox = createSandbox()
const config = `${sandbox.path}/warder.yaml`
afterAll(() => sandbox.remove())

const withConfig = (more: string): string =>
  sandbox.write(
    'traefik.yaml',
    `version: 1\nissuers: [{ name: a, issuer: https://a, audience: any, keys: { secret: ${SECRET} } }]\nroutes: [{ match: {}, policy: p }]\n${more}\n`,
  )
const snippet = (...flags: readonly string[]) => runWarder(['snippet', 'traefik', ...flags])

describe('snippet traefik', () => {
  it('is made from the configuration and the flags', async () => {
    const flags = ['--upstream', 'http://10.0.0.5:8000', '--server-name', 'a.example.com']
    const more = ['--entry-points', 'websecure', '--cert-resolver', 'le', '--decisions', 'warder:9180']
    const { code, stdout } = await snippet('-c', config, ...flags, ...more)
    expect(code).toBe(0)
    for (const line of [
      'address: "http://warder:9180/v1/auth/forward"',
      '- X-Auth-Subject',
      '- url: "http://10.0.0.5:8000"',
      'rule: "Host(`a.example.com`)"',
      'entryPoints: ["websecure"]',
      'tls: { certResolver: "le" }',
    ])
      expect(stdout).toContain(line)
  })

  it('sends the fields in which any policy looks for a token, and those of a trace', async () => {
    const sources = '[{ header: X-Api-Token }, { query: t }, { websocket_protocol: access_token }]'
    const file = withConfig(
      `token_sources: [{ cookie: session }]\npolicies: { p: { token_sources: ${sources} } }`,
    )
    const { stdout } = await snippet('-c', file)
    const [, sent = ''] = /authRequestHeaders:\n((?: +- .*\n)+)/.exec(stdout) ?? []
    expect([...sent.matchAll(/- (.*)/g)].map(([, name]) => name)).toEqual([
      'Origin',
      'Access-Control-Request-Method',
      'Authorization',
      'Cookie',
      'X-Api-Token',
      'Sec-WebSocket-Protocol',
      'traceparent',
      'tracestate',
    ])
  })

  it('names no socket and no second Warder, and shows what to do instead', async () => {
    const file = withConfig('policies: { p: {} }\nlisten: { decisions: "unix:/run/w.sock" }')
    const ran = await snippet('-c', file)
    expect([ran.code, ran.stdout, errorCodeOf(ran)]).toEqual([3, '', 'ERR_CONFIG_ADDRESS'])
    expect(ran.stderr).toContain('over TCP')
    const two = await snippet('-c', config, '--decisions', '10.0.0.1:9180 10.0.0.2:9180')
    expect([two.code, two.stdout, errorCodeOf(two)]).toEqual([2, '', 'ERR_CLI_USAGE'])
    expect(two.stderr).toContain('a host name that resolves to all of them')
  })

  it('takes a certificate or a resolver, not both', async () => {
    const flags = ['--cert', '/c.pem', '--key', '/k.pem', '--cert-resolver', 'le']
    expect((await snippet('-c', config, ...flags)).stderr).toContain('exclude each other')
  })
})
