import { afterAll, describe, expect, it } from 'bun:test'
import { createSandbox, SECRET } from '../fixtures.ts'
import { errorCodeOf, runWarder } from '../run-warder.ts'

const sandbox = createSandbox()
const config = `${sandbox.path}/warder.yaml`
afterAll(() => sandbox.remove())

describe('snippet haproxy --ask spoe', () => {
  const asking = (listen: string, ...flags: readonly string[]) =>
    runWarder([
      'snippet',
      'haproxy',
      '--ask',
      'spoe',
      '-c',
      sandbox.write(
        'spoe.yaml',
        `version: 1\nissuers: [{ name: a, issuer: https://a, audience: any, keys: { secret: ${SECRET} } }]\nlisten: { ${listen} }\n`,
      ),
      ...flags,
    ])

  it('names the listener for SPOE, and not that for decisions', async () => {
    const { code, stdout } = await asking('spoe: "127.0.0.1:9291"')
    expect([code, / server warder1 (\S+) /.exec(stdout)?.[1]]).toEqual([0, '127.0.0.1:9291'])
  })

  it('names the line to add when there is no such listener', async () => {
    const ran = await asking('decisions: "127.0.0.1:9180"')
    expect([ran.code, ran.stdout, errorCodeOf(ran)]).toEqual([3, '', 'ERR_CONFIG_MISSING_KEY'])
    expect(ran.stderr).toContain('spoe: 127.0.0.1:9191')
  })

  it('names each Warder of --decisions', async () => {
    const { stdout } = await asking(
      'decisions: "127.0.0.1:9180"',
      '--decisions',
      '10.0.0.1:9191 10.0.0.2:9191',
    )
    for (const server of ['warder1 10.0.0.1:9191', 'warder2 10.0.0.2:9191']) expect(stdout).toContain(server)
  })
})

describe('snippet nginx', () => {
  const withConfig = (more: string): string =>
    sandbox.write(
      'snippet.yaml',
      `version: 1\nissuers: [{ name: a, issuer: https://a, audience: any, keys: { secret: ${SECRET} } }]\nroutes: [{ match: {}, policy: p }]\n${more}\n`,
    )

  it('has large enough buffers for identity headers that are longer than usual', async () => {
    const file = withConfig('policies: { p: { identity: { X-A: { claim: a, max_bytes: 16KiB }, X-B: b } } }')
    expect((await runWarder(['snippet', 'nginx', '-c', file])).stdout).toContain('proxy_buffer_size 28k;')
  })

  it('refuses to write the path of a socket that would end its directive (injection)', async () => {
    const file = withConfig('policies: { p: {} }\nlisten: { decisions: "unix:/run/a;b" }')
    const ran = await runWarder(['snippet', 'nginx', '-c', file])
    expect([ran.code, ran.stdout, errorCodeOf(ran)]).toEqual([3, '', 'ERR_CONFIG_ADDRESS'])
  })

  it('names a socket by its absolute path, because nginx runs elsewhere', async () => {
    const file = withConfig('policies: { p: {} }\nlisten: { decisions: "unix:run/w.sock" }')
    expect((await runWarder(['snippet', 'nginx', '-c', file])).stdout).toMatch(
      /server unix:\/.*run\/w\.sock max_fails=0;/,
    )
  })

  it('is made from the configuration', async () => {
    const { code, stdout } = await runWarder([
      'snippet',
      'nginx',
      '-c',
      config,
      '--upstream',
      'http://10.0.0.5:8000',
      '--server-name',
      'a.example.com b.example.com',
      '--listen',
      '443 ssl',
      '--cert',
      '/etc/ssl/api.pem',
      '--key',
      '/etc/ssl/api.key',
    ])
    expect(code).toBe(0)
    for (const line of [
      'server 127.0.0.1:9180 max_fails=0;',
      'proxy_set_header X-Auth-Subject',
      'proxy_pass http://10.0.0.5:8000;',
      'server_name a.example.com b.example.com;',
      'listen 443 ssl;',
      'ssl_certificate /etc/ssl/api.pem;',
      'ssl_certificate_key /etc/ssl/api.key;',
    ]) {
      expect(stdout).toContain(line)
    }
  })

  it('names each Warder of --decisions', async () => {
    const asked = await runWarder([
      'snippet',
      'nginx',
      '-c',
      config,
      '--decisions',
      '10.0.0.1:9180 [::1]:9181',
    ])
    for (const line of ['server 10.0.0.1:9180 max_fails=0;', 'server [::1]:9181 max_fails=0;'])
      expect(asked.stdout).toContain(line)
    expect(asked.stdout).not.toContain('127.0.0.1:9180')
  })

  const CERT = ['--cert', '/c.pem']
  const KEY = ['--key', '/k.pem']
  const sites: readonly (readonly [listen: string, flags: readonly string[], code: number, says: RegExp])[] =
    [
      ['80', [], 0, /^$/],
      ['127.0.0.1:8080 default_server', [], 0, /^$/],
      ['[::]:80 ipv6only=off', [], 0, /^$/],
      ['*:80', [], 0, /^$/],
      ['unix:/run/site.sock', [], 0, /^$/],
      ['localhost', [], 0, /^$/],
      ['443 ssl http2', [...CERT, ...KEY], 0, /^$/],
      ['443 ssl', [], 2, /--cert and --key/],
      ['443 ssl', CERT, 2, /needs --key/],
      ['443 quic', KEY, 2, /needs --cert/],
      ['80', [...CERT, ...KEY], 2, /443 ssl/],
      ['443 ssl', ['--cert', '/my cert', ...KEY], 2, /--cert/],
      ['99999', [], 2, /65535/],
      ['0', [], 2, /65535/],
      ['127.0.0.1:65536', [], 2, /65535/],
      ['[::1]:100000 ssl', [...CERT, ...KEY], 2, /65535/],
      ['http://a', [], 2, /not an address/],
      ['a:b', [], 2, /not an address/],
    ]
  for (const [listen, flags, code, says] of sites) {
    it(`${code === 0 ? 'takes' : 'refuses'} --listen '${listen}' ${flags.join(' ')}`, async () => {
      const ran = await runWarder(['snippet', 'nginx', '-c', config, '--listen', listen, ...flags])
      expect([ran.code, ran.stdout !== '']).toEqual([code, code === 0])
      expect(ran.stderr).toMatch(says)
    })
  }

  it('connects to this machine if Warder listens on every interface', async () => {
    const wide = sandbox.write(
      'wide.yaml',
      `version: 1\nissuers: [{ name: a, issuer: https://a, audience: any, keys: { secret: ${SECRET} } }]\nlisten: { decisions: ":9180" }\n`,
    )
    expect((await runWarder(['snippet', 'nginx', '-c', wide])).stdout).toContain(
      'server 127.0.0.1:9180 max_fails=0;',
    )
  })
})
