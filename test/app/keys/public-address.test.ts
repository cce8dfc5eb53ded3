import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { isPublicAddress } from '../../../src/app/keys/public-address.ts'

const DENIED: readonly string[] = [
  '0.0.0.0',
  '10.0.0.5',
  '100.64.0.1',
  '100.100.100.200',
  '127.0.0.1',
  '127.255.255.254',
  '168.63.129.16',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.192',
  '192.168.1.1',
  '198.18.0.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '0:0:0:0:0:ffff:a9fe:a9fe',
  '::127.0.0.1',
  '64:ff9b::10.0.0.1',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '3fff::1',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
  'localhost',
  '',
  '127.1',
  '0x7f000001',
]

const PUBLIC: readonly string[] = [
  '1.1.1.1',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.0.1.0',
  '192.167.255.255',
  '223.255.255.255',
  '2606:4700:4700::1111',
  // Bun's parser of URLs refuses this one.
  '2606:4700::6:7:8:1.2.3.4',
  '2001:4860:4860::8888',
  '2001:200::1',
  '64:ff9b::1.1.1.1',
  '::ffff:1.1.1.1',
]

describe('isPublicAddress', () => {
  for (const address of DENIED)
    it(`denies ${address || 'nothing'}`, () => expect(isPublicAddress(address)).toBe(false))
  for (const address of PUBLIC) it(`accepts ${address}`, () => expect(isPublicAddress(address)).toBe(true))

  it('judges an IPv4 address the same in every IPv6 form of it', () => {
    fc.assert(
      fc.property(fc.ipV4(), (ipv4) => {
        const bytes = ipv4.split('.').map((part) => Number(part).toString(16).padStart(2, '0'))
        const hex = `${bytes.slice(0, 2).join('')}:${bytes.slice(2).join('')}`
        const forms = [`::ffff:${ipv4}`, `::ffff:${hex}`, `0:0:0:0:0:FFFF:${hex}`, `64:ff9b::${ipv4}`]
        for (const form of forms) expect(isPublicAddress(form)).toBe(isPublicAddress(ipv4))
      }),
    )
  })
})
