import { describe, expect, it } from 'bun:test'
import { consoleText, consoleUrl } from '../../src/cli/console-url.ts'

describe('the URL of the console', () => {
  const URLS = [
    ['127.0.0.1:9181', 'http://127.0.0.1:9181/'],
    ['[::1]:9181', 'http://[::1]:9181/'],
    ['0.0.0.0:9181', 'http://localhost:9181/'],
    ['[::]:9181', 'http://localhost:9181/'],
    ['10.0.0.0:9181', 'http://10.0.0.0:9181/'],
    ['unix:/run/warder.sock', undefined],
    [undefined, undefined],
  ] as const
  for (const [address, url] of URLS)
    it(`of ${address} is ${url}`, () => expect(consoleUrl(address)).toBe(url as never))

  it('is that of HTTPS with `admin.tls`', () => {
    expect(consoleUrl('10.0.0.5:9181', true)).toBe('https://10.0.0.5:9181/')
  })
})

describe('the line about the console at the start', () => {
  it('has its URL, that of HTTPS with `admin.tls`', () => {
    expect(consoleText('127.0.0.1:9181', false)).toBe('console on http://127.0.0.1:9181/')
    expect(consoleText('10.0.0.5:9181', true)).toBe('console on https://10.0.0.5:9181/')
  })

  it('shows the way to a unix socket', () => {
    const text = consoleText('unix:/run/warder/admin.sock', false)
    expect(text).toStartWith('admin listener on unix:/run/warder/admin.sock ')
    expect(text).toContain('ssh -L 9181:/run/warder/admin.sock HOST, then http://127.0.0.1:9181/')
  })
})
