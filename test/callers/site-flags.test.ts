import { describe, expect, it } from 'bun:test'
import { isTcpAddress, readSite } from '../../src/callers/site-flags.ts'

const FLAGS = { upstream: 'http://127.0.0.1:8000', serverName: '_' }
const CERT = { cert: '/c.pem', key: '/k.pem' }

describe('readSite', () => {
  const good: readonly (readonly [
    flags: Readonly<Record<string, string>>,
    site: Readonly<Record<string, unknown>>,
  ])[] = [
    [{}, { upstream: 'http://127.0.0.1:8000', serverNames: [], certificate: undefined }],
    [{ upstream: 'https://app.internal' }, { upstream: 'https://app.internal' }],
    [{ upstream: 'http://[::1]:8000' }, { upstream: 'http://[::1]:8000' }],
    [{ serverName: 'a.example.com b.example.com' }, { serverNames: ['a.example.com', 'b.example.com'] }],
    [CERT, { certificate: { certFile: '/c.pem', keyFile: '/k.pem' } }],
  ]
  for (const [flags, site] of good) {
    it(`takes ${JSON.stringify(flags)}`, () => {
      const read = readSite({ ...FLAGS, ...flags })
      expect(read.ok && read.value).toMatchObject(site)
    })
  }

  const bad: readonly (readonly [flags: Readonly<Record<string, string>>, says: RegExp])[] = [
    [{ upstream: 'ftp://a' }, /^--upstream/],
    [{ upstream: 'http://a/path' }, /^--upstream/],
    [{ upstream: 'http://a:0' }, /^--upstream/],
    [{ upstream: 'http://a:65536' }, /^--upstream/],
    [{ upstream: 'http://a`b' }, /^--upstream/],
    [{ upstream: 'http://{{ env }}' }, /^--upstream/],
    [{ upstream: 'http://a\n' }, /^--upstream/],
    [{ serverName: 'a`b' }, /^--server-name/],
    [{ serverName: 'a {' }, /^--server-name/],
    [{ serverName: '_ a' }, /^--server-name/],
    [{ serverName: '' }, /^--server-name/],
    [{ cert: '/c.pem' }, /^--key is missing/],
    [{ key: '/k.pem' }, /^--cert is missing/],
    [{ ...CERT, cert: '/a b' }, /^--cert/],
    [{ ...CERT, key: '/a{{"' }, /^--key/],
  ]
  for (const [flags, says] of bad) {
    it(`refuses ${JSON.stringify(flags)}`, () => {
      const read = readSite({ ...FLAGS, ...flags })
      expect(read.ok ? 'read' : read.error.message).toMatch(says)
    })
  }
})

describe('isTcpAddress', () => {
  for (const address of ['127.0.0.1:9180', 'warder:9180', 'warder.auth.svc.cluster.local:9180', '[::1]:9180'])
    it(`takes ${address}`, () => expect(isTcpAddress(address)).toBe(true))
  for (const address of ['warder', 'unix:/run/w.sock', 'a b:1', 'a:1\n', '{{ a }}:1', 'a/b:1', ':9180'])
    it(`refuses ${JSON.stringify(address)}`, () => expect(isTcpAddress(address)).toBe(false))
})
