import { describe, expect, it } from 'bun:test'
import { clientOf } from '../../../src/gateway/client/client-address.ts'
import { compileTrusted } from '../../../src/http/sockets/peer-networks.ts'

const isTrusted = compileTrusted(['10.0.0.0/8', 'fd00::/8'])

describe('the client that a request is counted for', () => {
  const CLIENTS: readonly (readonly [what: string, forwardedFor: string, client: string])[] = [
    ['the peer', '192.0.2.1', '192.0.2.1'],
    ['the last that is no trusted proxy', '6.6.6.6, 192.0.2.1, 10.0.0.1', '192.0.2.1'],
    ['the first, if all are trusted', '10.0.0.2, 10.0.0.1', '10.0.0.2'],
    ['a network of 64 bits', '2001:db8::1', '2001:db8:0:0'],
    ['the same network in another spelling', '2001:0DB8:0:0:ffff::2', '2001:db8:0:0'],
    ['the same network with a zone', '2001:db8::1%eth0', '2001:db8:0:0'],
    ['the same network with a port', '[2001:db8::5]:4711', '2001:db8:0:0'],
    ['an address with a port, which changes', '192.0.2.1:4711', '192.0.2.1'],
    ['IPv4 in IPv6', '::ffff:192.0.2.1', '192.0.2.1'],
    ['IPv4 in IPv6 in another spelling', '0:0:0:0:0:FFFF:c000:0201', '192.0.2.1'],
    ['IPv4 in IPv6 with a port', '[::ffff:192.0.2.1]:80', '192.0.2.1'],
    ['a network that looks like IPv4 in IPv6', '1:ffff::192.0.2.1', '1:ffff:0:0'],
    ['a trusted proxy in another spelling', '192.0.2.1, ::ffff:10.0.0.1', '192.0.2.1'],
    ['the proxy that names no address', 'nonsense, 10.0.0.1', '10.0.0.1'],
    ['the proxy that hides it', '192.0.2.9, unknown, 10.0.0.1', '10.0.0.1'],
    ['unknown, on a unix socket', 'unknown', 'unknown'],
    ['the peer behind a long chain', `${'1.1.1.1, '.repeat(5_000)}192.0.2.1`, '192.0.2.1'],
  ]
  for (const [what, forwardedFor, client] of CLIENTS)
    it(`is ${what}`, () => expect(clientOf(forwardedFor, isTrusted)).toBe(client))
})
