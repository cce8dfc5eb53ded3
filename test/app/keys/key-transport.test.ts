import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect, type AddressInfo, type Server } from 'node:net'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { createKeyTransport, type KeyTransportDeps } from '../../../src/app/keys/key-transport.ts'
import { createBoundedFetch } from '../../../src/keys/fetch/bounded-fetch.ts'
import type { ReachSettings } from '../../../src/settings/keys/definition.ts'
import { createTestCa } from '../../support/test-ca.ts'

const ca = createTestCa()
const certificate = ca.issue('idp.test', 'localhost')
const client = ca.issue('client')
const seen: Record<string, unknown>[] = []

/** Says what arrived: who was asked for, by whom, with which credentials. */
const answer: RequestListener = (request, response) => {
  const { host, authorization, 'x-api-key': apiKey } = request.headers
  const { servername, authorized } = request.socket as TLSSocket & { readonly servername?: string }
  seen.push({ host, authorization, apiKey, servername, authorized: authorized ?? false })
  response.end('{}')
}
const tls = { cert: certificate.cert, key: certificate.key, ca: ca.ca }
const idp = createTlsServer({ ...tls, requestCert: true, rejectUnauthorized: false }, answer)
const strict = createTlsServer({ ...tls, requestCert: true, rejectUnauthorized: true }, answer)
const plain = createServer(answer)
const socketPath = join(ca.directory, 'idp.sock')
const onSocket = createServer(answer)
const connected: string[] = []
const proxy = createServer((_, response) => response.writeHead(405).end())
proxy.on('connect', (request: IncomingMessage, socket) => {
  connected.push(`${request.url} ${request.headers['proxy-authorization'] ?? '-'}`)
  // The proxy alone knows where idp.test is.
  const upstream = connect(portOf(idp), '127.0.0.1', () => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    upstream.pipe(socket)
    socket.pipe(upstream)
  })
})

const portOf = (server: Server): number => (server.address() as AddressInfo).port
const listen = (server: Server, at: number | string = 0): Promise<void> =>
  new Promise((resolve) =>
    typeof at === 'string' ? server.listen(at, resolve) : server.listen(at, '127.0.0.1', resolve),
  )

beforeAll(async () => {
  await Promise.all([listen(idp), listen(strict), listen(plain), listen(proxy), listen(onSocket, socketPath)])
})
afterAll(() => {
  for (const server of [idp, strict, plain, proxy, onSocket]) {
    server.closeAllConnections()
    server.close()
  }
  ca.remove()
})

/** The reason why nothing was fetched, or `ok` and what the server saw. */
async function get(
  url: string,
  reach: ReachSettings,
  deps: Partial<KeyTransportDeps> = {},
  origin = new URL(url).origin,
): Promise<{ readonly why: string; readonly saw: Record<string, unknown> | undefined }> {
  seen.length = 0
  const fetch = createKeyTransport(deps)?.(reach, origin)
  if (fetch === undefined) throw new Error('this runtime has no key transport')
  const setTimer = (fn: () => void, ms: number): (() => void) => {
    const timer = setTimeout(fn, ms)
    return () => clearTimeout(timer)
  }
  const bounded = createBoundedFetch(
    { allowHttp: true, timeoutMs: 5_000, maxBytes: 1_000 },
    { fetch, setTimer },
  )
  const fetched = await bounded(url, new AbortController().signal)
  return { why: fetched.ok ? 'ok' : fetched.error.why, saw: seen[0] }
}

describe('a custom CA', () => {
  it('accepts a server that it signed, and no other', async () => {
    const url = `https://localhost:${portOf(idp)}/jwks`
    expect((await get(url, { caFile: ca.caFile })).why).toBe('ok')
    expect((await get(url, { headers: { 'x-api-key': 'k' } })).why).toContain('CERT')
  })

  it('does not accept another name', async () => {
    const ran = await get(`https://127.0.0.1:${portOf(idp)}/jwks`, { caFile: ca.caFile })
    expect([ran.why === 'ok', ran.saw]).toEqual([false, undefined])
  })

  it('is read at each fetch, and reported by name when it is absent', async () => {
    const caFile = join(ca.directory, 'absent.pem')
    const { why } = await get(`https://localhost:${portOf(idp)}/jwks`, { caFile })
    expect(why).toBe(`ca_file ${caFile} cannot be read`)
  })
})

describe('a client certificate', () => {
  const withCertificate = (): ReachSettings => ({
    caFile: ca.caFile,
    clientCertFile: client.certFile,
    clientKeyFile: client.keyFile,
  })

  it('opens a server that asks for one', async () => {
    const url = `https://localhost:${portOf(strict)}/jwks`
    expect((await get(url, withCertificate())).saw).toMatchObject({ authorized: true })
    expect((await get(url, { caFile: ca.caFile })).why).not.toBe('ok')
  })

  it('is not shown to another origin than the configured one', async () => {
    const url = `https://localhost:${portOf(idp)}/jwks`
    const elsewhere = await get(url, withCertificate(), {}, 'https://other.test')
    expect(elsewhere.saw).toMatchObject({ authorized: false })
    expect((await get(url, withCertificate())).saw).toMatchObject({ authorized: true })
  })
})

describe('credentials', () => {
  it('sends extra headers and the bearer of a file that is read at each fetch', async () => {
    const bearerFile = join(ca.directory, 'token')
    const reach = { bearerFile, headers: { 'x-api-key': 'key-1' } }
    const url = `http://127.0.0.1:${portOf(plain)}/jwks`
    writeFileSync(bearerFile, 'first\n')
    expect((await get(url, reach)).saw).toMatchObject({ authorization: 'Bearer first', apiKey: 'key-1' })
    writeFileSync(bearerFile, 'second\n')
    expect((await get(url, reach)).saw).toMatchObject({ authorization: 'Bearer second' })
  })

  it('sends none of them to another origin than the configured one', async () => {
    const bearerFile = join(ca.directory, 'token')
    writeFileSync(bearerFile, 'first')
    const url = `http://127.0.0.1:${portOf(plain)}/jwks`
    const { saw } = await get(url, { bearerFile, headers: { 'x-api-key': 'k' } }, {}, 'https://idp.test')
    expect(saw).toMatchObject({ authorization: undefined, apiKey: undefined })
  })

  for (const content of ['', 'two lines\nx: y', 'ünicode']) {
    it(`does not send the bearer file ${JSON.stringify(content)}`, async () => {
      const bearerFile = join(ca.directory, 'bad-token')
      writeFileSync(bearerFile, content)
      const ran = await get(`http://127.0.0.1:${portOf(plain)}/jwks`, { bearerFile })
      expect(ran).toEqual({ why: `bearer_file ${bearerFile} has no token`, saw: undefined })
    })
  }
})

describe('a unix socket', () => {
  it('is asked, whatever host the URL names', async () => {
    const { why, saw } = await get('http://idp.test/jwks', { unix: socketPath })
    expect([why, saw?.['host']]).toEqual(['ok', 'idp.test'])
  })
})

describe('a proxy', () => {
  it('is asked to connect, and the certificate behind it is still checked', async () => {
    connected.length = 0
    const url = 'https://idp.test/jwks'
    const proxyUrl = `http://user:pass@127.0.0.1:${portOf(proxy)}`
    const { why, saw } = await get(url, { proxy: proxyUrl, caFile: ca.caFile })
    expect([why, saw?.['servername']]).toEqual(['ok', 'idp.test'])
    expect(connected).toEqual([`idp.test:443 Basic ${btoa('user:pass')}`])
    expect((await get(url, { proxy: proxyUrl })).why).toContain('CERT')
    expect((await get('https://evil.test/jwks', { proxy: proxyUrl, caFile: ca.caFile })).why).not.toBe('ok')
  })
})

describe('deny_private_addresses', () => {
  const reach = (): ReachSettings => ({ caFile: ca.caFile, denyPrivateAddresses: true })

  for (const addresses of [['127.0.0.1'], ['1.1.1.1', '10.0.0.1'], ['::ffff:127.0.0.1'], ['fd00::1']]) {
    it(`refuses a name that is at ${addresses.join(' and ')} before any connection`, async () => {
      const resolve = (): Promise<readonly string[]> => Promise.resolve(addresses)
      const { why, saw } = await get(`https://idp.test:${portOf(idp)}/jwks`, reach(), { resolve })
      expect([why.includes('deny_private_addresses'), saw]).toEqual([true, undefined])
    })
  }

  for (const host of ['127.0.0.1', '[::1]', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]']) {
    it(`refuses the address ${host} without asking DNS`, async () => {
      const resolve = (): Promise<readonly string[]> => Promise.reject(new Error('asked'))
      const { why } = await get(`http://${host}:${portOf(plain)}/jwks`, reach(), { resolve })
      expect(why).toContain('deny_private_addresses')
    })
  }

  it('connects to exactly the address that was checked, by the name of the URL (no DNS rebinding)', async () => {
    const answers = [['127.0.0.1'], ['10.0.0.1']]
    let asked = 0
    const deps: Partial<KeyTransportDeps> = {
      resolve: () => Promise.resolve(answers[asked++] ?? []),
      isPublicAddress: (address) => address === '127.0.0.1',
    }
    const url = `https://idp.test:${portOf(idp)}/jwks`
    const { why, saw } = await get(url, reach(), deps)
    expect([why, asked]).toEqual(['ok', 1])
    expect(saw).toMatchObject({ servername: 'idp.test', host: `idp.test:${portOf(idp)}` })
    expect((await get(url, reach(), deps)).why).toContain('10.0.0.1')
  })

  it('checks the certificate against the name, not the address', async () => {
    const deps: Partial<KeyTransportDeps> = {
      resolve: () => Promise.resolve(['127.0.0.1']),
      isPublicAddress: () => true,
    }
    expect((await get(`https://other.test:${portOf(idp)}/jwks`, reach(), deps)).why).not.toBe('ok')
  })

  it('tries the next address when one does not answer', async () => {
    const deps: Partial<KeyTransportDeps> = {
      resolve: () => Promise.resolve(['::1', '127.0.0.1']),
      isPublicAddress: () => true,
    }
    expect((await get(`https://idp.test:${portOf(idp)}/jwks`, reach(), deps)).why).toBe('ok')
  })
})

describe('a host without further settings', () => {
  const url = (): string => `http://idp.test:${portOf(plain)}/jwks`

  it('is looked up for each fetch, and asked on a connection of its own', async () => {
    const answers = [['127.0.0.1'], ['127.0.0.9'], ['127.0.0.1']]
    let asked = 0
    const deps = { resolve: () => Promise.resolve(answers[asked++] ?? []), env: {} }
    expect((await get(url(), {}, deps)).saw).toMatchObject({ host: `idp.test:${portOf(plain)}` })
    // Nobody listens there: the old address would have answered.
    expect((await get(url(), {}, deps)).why).toContain('no connection')
    expect((await get(url(), {}, deps)).why).toBe('ok')
    expect(asked).toBe(3)
  })

  it('that has no address is reported with the code of the resolver', async () => {
    const { why } = await get('http://no-such-host.invalid/jwks', {}, { env: {} })
    expect(why).toMatch(/^no connection \((?:ENOTFOUND|EAI_AGAIN)\)$/)
  })

  it('is verified by its name', async () => {
    const deps = { resolve: () => Promise.resolve(['127.0.0.1']), env: {} }
    const reach = { caFile: ca.caFile }
    expect((await get(`https://idp.test:${portOf(idp)}/jwks`, reach, deps)).why).toBe('ok')
    expect((await get(`https://other.test:${portOf(idp)}/jwks`, reach, deps)).why).not.toBe('ok')
  })

  for (const name of ['http_proxy', 'HTTP_PROXY'])
    it(`is left to the proxy of ${name}, which alone may know it`, async () => {
      const resolve = (): Promise<readonly string[]> => Promise.reject(new Error('asked'))
      const env = { [name]: 'http://proxy.example:3128' }
      // The runtime has its own environment, without a proxy.
      expect((await get(`http://localhost:${portOf(plain)}/jwks`, {}, { resolve, env })).why).toBe('ok')
    })
})
