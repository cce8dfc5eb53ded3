/** An admin listener behind TLS, with and without client certificates. */
import { afterAll, describe, expect, it } from 'bun:test'
import { createTestCa } from '../../support/test-ca.ts'
import { errorCodeOf, runWarder, type Ran } from '../run-warder.ts'

const ca = createTestCa()
const STATUS = { schema: 'warder.status/v1', version: '9', isReady: true, issuers: [] }
afterAll(() => ca.remove())

const status = (...args: readonly string[]): Promise<Ran> => runWarder(['status', ...args])

describe('a listener with TLS', () => {
  const server = ca.issue('localhost', '127.0.0.1')
  const client = ca.issue('operator')
  const other = createTestCa()
  const stranger = other.issue('stranger')
  afterAll(() => other.remove())
  const serve = (mutual: boolean) =>
    Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      tls: {
        cert: server.cert,
        key: server.key,
        ...(mutual && { ca: ca.ca, requestCert: true, rejectUnauthorized: true }),
      },
      fetch: () => Response.json(STATUS),
    })
  const plain = serve(false)
  const mutual = serve(true)
  afterAll(async () => {
    await plain.stop(true)
    await mutual.stop(true)
  })
  const at = (one: { readonly port: number | undefined }, host = '127.0.0.1'): readonly string[] => [
    '--server',
    `https://${host}:${one.port}`,
  ]
  const identity = (one: typeof client): readonly string[] => [
    '--client-certificate',
    one.certFile,
    '--client-key',
    one.keyFile,
  ]
  const cases: readonly (readonly [string, readonly string[], number, RegExp])[] = [
    ['its authority', [...at(plain), '--ca-file', ca.caFile], 0, /^$/],
    ['its authority, by name', [...at(plain, 'localhost'), '--ca-file', ca.caFile], 0, /^$/],
    ['no authority', at(plain), 6, /--ca-file/],
    ['another authority', [...at(plain), '--ca-file', other.caFile], 6, /--ca-file/],
    ['http://', ['--server', `http://127.0.0.1:${plain.port}`], 6, /https:\/\//],
    ['a client certificate', [...at(mutual), '--ca-file', ca.caFile, ...identity(client)], 0, /^$/],
    ['no client certificate', [...at(mutual), '--ca-file', ca.caFile], 6, /--client-certificate/],
    [
      'a certificate of a stranger',
      [...at(mutual), '--ca-file', ca.caFile, ...identity(stranger)],
      6,
      /client_ca_file/,
    ],
  ]
  for (const [name, args, code, says] of cases)
    it(`is asked with ${name}: ${code}`, async () => {
      const ran = await status(...args)
      expect([ran.code, ran.stderr]).toEqual([code, expect.stringMatching(says)])
    })

  it('has a certificate for its own name only', async () => {
    const named = ca.issue('admin.example.com')
    const elsewhere = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      tls: { cert: named.cert, key: named.key },
      fetch: () => Response.json(STATUS),
    })
    const ran = await status(...at(elsewhere), '--ca-file', ca.caFile)
    await elsewhere.stop(true)
    expect([ran.code, ran.stderr.includes('its certificate is not for 127.0.0.1')]).toEqual([6, true])
  })

  it('needs both files of a client certificate, and files in PEM form', async () => {
    for (const args of [
      ['--client-certificate', client.certFile],
      ['--client-key', client.keyFile],
      ['--ca-file', client.keyFile],
      ['--client-certificate', client.certFile, '--client-key', server.keyFile],
      ['--client-certificate', client.keyFile, '--client-key', client.keyFile],
      ['--client-certificate', client.certFile, '--client-key', client.certFile],
    ]) {
      const ran = await status(...at(mutual), ...args)
      expect([args, ran.code, errorCodeOf(ran)]).toEqual([args, 2, 'ERR_CLI_USAGE'])
      expect(ran.stderr).not.toContain(client.key.split('\n')[1])
    }
  })
})
