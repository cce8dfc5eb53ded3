import { describe, expect, it } from 'bun:test'
import { BlockList, isIPv4, isIPv6 } from 'node:net'
import fc from 'fast-check'
import { formatIpv6, networkOf, parseIpv6, plainAddress } from '../../src/syntax/ip-address.ts'

const GROUP = fc.oneof(
  { weight: 2, arbitrary: fc.constant(0) },
  fc.integer({ min: 0, max: 0xffff }),
  fc.constant(0xffff),
)
const GROUPS = fc.array(GROUP, { minLength: 8, maxLength: 8 })

/** Any spelling of an address: letter case, leading zeros, one run of zeros left out, IPv4 at the end. */
const SPELLED = fc
  .tuple(
    GROUPS,
    fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
    fc.nat(8),
    fc.nat(8),
    fc.boolean(),
    fc.boolean(),
  )
  .map(([groups, padded, from, length, dotted, upper]) => {
    const hex = groups.map((group, i) => group.toString(16).padStart(padded[i] === true ? 4 : 1, '0'))
    const end = dotted
      ? [
          groups
            .slice(6)
            .flatMap((group) => [group >> 8, group & 0xff])
            .join('.'),
        ]
      : hex.slice(6)
    const parts = [...hex.slice(0, 6), ...end]
    const last = Math.min(from + length, dotted ? 6 : 8)
    const canLeaveOut = last - from > 0 && groups.slice(from, last).every((group) => group === 0)
    const text = canLeaveOut
      ? `${parts.slice(0, from).join(':')}::${parts.slice(last).join(':')}`
      : parts.join(':')
    return { groups, text: upper ? text.toUpperCase() : text }
  })

const plainText = (groups: readonly number[]): string => groups.map((group) => group.toString(16)).join(':')

describe('parseIpv6', () => {
  it('reads every spelling as the parser of the sockets does', () => {
    fc.assert(
      fc.property(SPELLED, fc.constantFrom('', '%eth0'), ({ groups, text }, zone) => {
        const list = new BlockList()
        list.addAddress(text, 'ipv6')
        expect(isIPv6(text)).toBe(true)
        expect(parseIpv6(text + zone)).toEqual(groups)
        expect(list.check(formatIpv6(groups), 'ipv6')).toBe(true)
        expect(`[${formatIpv6(groups)}]`).toBe(new URL(`http://[${plainText(groups)}]`).hostname)
      }),
    )
  })

  it('accepts what the parser of the sockets accepts, and nothing else', () => {
    const text = fc.oneof(
      fc
        .array(fc.constantFrom(...'0123456789abcdefABCDEF:.g[]/ \t\n'), { maxLength: 24 })
        .map((all) => all.join('')),
      fc
        .tuple(SPELLED, fc.nat(40), fc.constantFrom('', ':', '::', '.', '0', 'f', 'g', ']', '\n', ' '))
        .map(([{ text: whole }, at, more]) => whole.slice(0, at) + more + whole.slice(at + 1)),
    )
    fc.assert(
      fc.property(text, (one) => {
        expect(parseIpv6(one) !== undefined).toBe(isIPv6(one))
      }),
      { numRuns: 2_000 },
    )
  })

  const refused: readonly string[] = [
    '',
    ':',
    ':::',
    '192.0.2.1',
    '[::1]',
    '::1\n',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4::5:6:7:8',
    '1::2::3',
    '::192.0.2.256',
    '::192.0.2.01',
    '::192.0.2',
    '192.0.2.1::',
    '12345::',
    '%eth0',
    '1:',
    ':1',
    '1::2:',
    '1:::',
    '::-1',
    '::1.2.3.4:5',
  ]
  for (const text of refused)
    it(`refuses ${JSON.stringify(text)}`, () => expect(parseIpv6(text)).toBeUndefined())
})

describe('plainAddress', () => {
  it('writes IPv4 in its own form, from every spelling of IPv4 in IPv6', () => {
    const mapped = SPELLED.map(({ groups }) => groups)
    fc.assert(
      fc.property(mapped, fc.constantFrom('', '%eth0'), ([, , , , , , high = 0, low = 0], zone) => {
        const address = [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.')
        const spellings = [
          `::ffff:${address}`,
          `::FFFF:${address}`,
          `0:0:0:0:0:ffff:${high.toString(16)}:${low.toString(16)}`,
          `::0000:ffff:${high.toString(16).padStart(4, '0')}:${low.toString(16)}`,
        ]
        for (const spelling of spellings) expect(plainAddress(spelling + zone)).toBe(address)
      }),
    )
  })

  it('leaves every other text as it is', () => {
    fc.assert(
      fc.property(SPELLED, ({ groups, text }) => {
        const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
        expect(isIPv4(plainAddress(text))).toBe(isMapped)
        if (!isMapped) expect(plainAddress(text)).toBe(text)
      }),
    )
    for (const text of [
      '192.0.2.1',
      '',
      'unknown',
      '::ffff:0:192.0.2.1',
      '::ffff:1.2.3',
      '1:ffff::192.0.2.1',
    ])
      expect(plainAddress(text)).toBe(text)
  })
})

describe('networkOf', () => {
  it('is the same for two addresses when their first 64 bits are the same', () => {
    fc.assert(
      fc.property(SPELLED, GROUPS, ({ groups, text }, others) => {
        const neighbour = plainText([...groups.slice(0, 4), ...others.slice(4)])
        const stranger = plainText([...others.slice(0, 4), ...groups.slice(4)])
        expect(networkOf(text)).toBe(
          groups
            .slice(0, 4)
            .map((group) => group.toString(16))
            .join(':'),
        )
        expect(networkOf(`${text}%eth0`)).toBe(networkOf(neighbour))
        const isSame = others.slice(0, 4).every((group, i) => group === groups[i])
        expect(networkOf(text) === networkOf(stranger)).toBe(isSame)
      }),
    )
  })
})
