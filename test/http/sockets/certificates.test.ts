import { describe, expect, it } from 'bun:test'
import { X509Certificate } from 'node:crypto'
import { connect, createServer } from 'node:tls'
import { loadCertificates } from '../../../src/http/sockets/certificates.ts'
import { createSelfSigned } from '../../../src/http/sockets/self-signed.ts'

const NOW_MS = Date.UTC(2026, 10, 28)

describe('a self-signed certificate', () => {
  const { cert, key } = createSelfSigned(NOW_MS)
  const leaf = new X509Certificate(cert)

  it('is signed with its own key, and for localhost alone', () => {
    expect([leaf.verify(leaf.publicKey), leaf.checkIssued(leaf), leaf.checkHost('localhost')]).toEqual([
      true,
      true,
      'localhost',
    ])
    expect(leaf.checkHost('example.com')).toBe(undefined)
  })

  it('is valid now and for ten years, also beyond 2049', () => {
    expect(Date.parse(leaf.validFrom)).toBe(NOW_MS - 3_600_000)
    expect(Date.parse(leaf.validTo)).toBe(NOW_MS + 3650 * 24 * 3_600_000)
    const later = new X509Certificate(createSelfSigned(Date.UTC(2055, 0, 1)).cert)
    expect([later.validFrom, later.validTo].map((text) => new Date(text).getUTCFullYear())).toEqual([
      2054, 2064,
    ])
  })

  it('has a serial number of its own, which is positive', () => {
    const serials = Array.from(
      { length: 50 },
      () => new X509Certificate(createSelfSigned(NOW_MS).cert).serialNumber,
    )
    expect(new Set(serials).size).toBe(50)
    expect(serials.every((serial) => /^[4-7]/.test(serial) && serial.length === 32)).toBe(true)
  })

  it('is what a client of OpenSSL can speak to, and does not trust', async () => {
    const server = createServer({ cert, key }, (socket) => socket.end('hello'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const outcome = (rejectUnauthorized: boolean) =>
      new Promise<string>((resolve) => {
        const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized })
        socket.on('data', (chunk: Buffer) => resolve(chunk.toString()))
        socket.on('error', () => resolve('refused'))
      })
    expect([await outcome(false), await outcome(true)]).toEqual(['hello', 'refused'])
    server.close()
  })
})

describe('certificates of a listener', () => {
  const good = createSelfSigned(NOW_MS)
  const files: Readonly<Record<string, Buffer>> = {
    'a.pem': good.cert,
    'a.key': good.key,
    'b.pem': Buffer.from('no'),
  }
  const readFile = (file: string): Uint8Array => {
    const content = files[file]
    if (content === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
    return content
  }
  const pair = (certFile: string, keyFile: string) => ({ certFile, keyFile })

  it('are refused when a file is longer than is ever read: half of its authorities would count', () => {
    const bundle = Buffer.concat([good.cert, Buffer.alloc(1_048_577, '\n')])
    const read = (file: string): Uint8Array => (file === 'ca.pem' ? bundle : readFile(file))
    const settings = { certificates: [pair('a.pem', 'a.key')], clientCaFile: 'ca.pem' }
    expect(() => loadCertificates(settings, read)).toThrow(
      expect.objectContaining({ code: 'ERR_GATEWAY_CERTIFICATE' }),
    )
  })

  it('that are missing are left out, and a self-signed one takes their place, only if that is asked for', () => {
    const certificates = [pair('c.pem', 'c.key'), pair('a.pem', 'a.key')]
    const some = loadCertificates({ certificates, selfSigned: true }, readFile)
    expect([some.missing, some.isSelfSigned, some.first.cert]).toEqual([['c.pem'], false, good.cert])
    const none = loadCertificates({ certificates: [pair('a.pem', 'c.key')], selfSigned: true }, readFile)
    expect([none.missing, none.isSelfSigned]).toEqual([['c.key'], true])
    expect(loadCertificates({ certificates: [], selfSigned: true }, readFile).isSelfSigned).toBe(true)
    expect(() => loadCertificates({ certificates }, readFile)).toThrow('c.pem')
  })

  it('that are there and cannot be used are an error in any case', () => {
    for (const certificates of [[pair('b.pem', 'a.key')], [pair('a.pem', 'b.pem')]])
      expect(() => loadCertificates({ certificates, selfSigned: true }, readFile)).toThrow('cannot use')
  })

  it('keep asking clients for theirs', () => {
    const settings = { certificates: [], selfSigned: true, clientCaFile: 'a.pem' } as const
    expect(loadCertificates(settings, readFile).asksForClientCertificates).toBe(true)
    expect(() => loadCertificates({ ...settings, clientCaFile: 'c.pem' }, readFile)).toThrow('c.pem')
  })
})
