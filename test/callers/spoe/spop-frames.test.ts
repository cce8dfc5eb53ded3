import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { ackActions } from '../../../src/callers/spoe/ack-actions.ts'
import { readJudgeMessage } from '../../../src/callers/spoe/judge-message.ts'
import { parseJudge } from '../../../src/callers/spoe/judge.ts'
import { ackFrame, isSpopStatus, readSpopFrame, readSpopHello } from '../../../src/callers/spoe/spop-frame.ts'
import { readSpopHeaders } from '../../../src/callers/spoe/spop-headers.ts'
import { MalformedFrame, SpopReader } from '../../../src/callers/spoe/spop-reader.ts'
import { spopNumber, spopText } from '../../../src/callers/spoe/spop-writer.ts'
import {
  argumentsOf,
  headersOf,
  hello,
  message,
  notify,
  readAgentFrame,
  text,
  VALUE,
  varint,
} from '../../support/spop-peer.ts'

const bytesOf = (written: string): Buffer => Buffer.from(written, 'latin1')
const EDGES = [
  0,
  1,
  239,
  240,
  241,
  255,
  256,
  2_287,
  2_288,
  264_431,
  264_432,
  33_818_863,
  33_818_864,
  2 ** 31 - 1,
]

describe('numbers of SPOP', () => {
  for (const value of EDGES)
    it(`has one form for ${value}, which HAProxy reads and writes`, () => {
      expect(bytesOf(spopNumber(value)).toString('hex')).toBe(varint(value).toString('hex'))
      expect(new SpopReader(varint(value)).number()).toBe(value)
    })

  it('are the same on both sides', () =>
    fc.assert(
      fc.property(fc.nat(), (value) => {
        expect(bytesOf(spopNumber(value)).equals(varint(value))).toBe(true)
        expect(new SpopReader(varint(value)).number()).toBe(value)
      }),
    ))

  it('have 64 bits at most', () => {
    expect(new SpopReader(varint(2 ** 52)).number()).toBe(2 ** 52)
    expect(() => new SpopReader(Buffer.alloc(11, 0xff)).number()).toThrow(MalformedFrame)
  })
})

describe('values of SPOP', () => {
  const values: readonly (readonly [Buffer, object])[] = [
    [VALUE.none, { kind: 'null' }],
    [VALUE.isTrue, { kind: 'boolean', value: true }],
    [VALUE.isFalse, { kind: 'boolean', value: false }],
    [VALUE.number(300), { kind: 'number', value: 300 }],
    [VALUE.ipv4(10, 0, 0, 255), { kind: 'address', value: '10.0.0.255' }],
    [VALUE.ipv6('20010db80000000000000000000000ff'), { kind: 'address', value: '2001:db8:0:0:0:0:0:ff' }],
    [VALUE.text('ä'), { kind: 'text', value: '\u00c3\u00a4' }],
    [VALUE.bytes(Buffer.from([0, 255])), { kind: 'bytes', value: '\u0000\u00ff' }],
  ]
  for (const [bytes, value] of values) {
    it(`is ${JSON.stringify(value)}, and malformed wherever it is cut off`, () => {
      expect(new SpopReader(bytes).value()).toEqual(value as never)
      for (let end = 0; end < bytes.length; end++)
        expect(() => new SpopReader(bytes.subarray(0, end)).value()).toThrow(MalformedFrame)
    })
  }

  it('never read beyond their frame', () => {
    const reader = new SpopReader(Buffer.concat([text('abc'), Buffer.from('secret')]), 0, 3)
    expect(() => reader.text()).toThrow(MalformedFrame)
  })

  it('are written in UTF-8, with the length in bytes', () =>
    expect(bytesOf(spopText('aä€')).toString('hex')).toBe(text('aä€').toString('hex')))
})

describe('header fields of SPOP', () => {
  it('are found by name, and joined when they are repeated', () => {
    const fields = headersOf([
      ['Authorization', 'Bearer a'],
      ['cookie', 'a=1'],
      ['authorization', 'Bearer b'],
      ['Cookie', 'b=2'],
      ['x-empty', ''],
    ])
    const headers = readSpopHeaders(fields.toString('latin1'))
    expect(headers?.get('authorization')).toBe('Bearer a, Bearer b')
    expect(headers?.get('cookie')).toBe('a=1; b=2')
    expect(headers?.get('x-empty')).toBe('')
    expect(headers?.get('other')).toBeNull()
  })

  it('are no list wherever they are cut off', () => {
    const fields = headersOf([['a', 'b']]).toString('latin1')
    for (let end = 0; end < fields.length; end++)
      expect(readSpopHeaders(fields.slice(0, end))).toBeUndefined()
  })
})

describe('an answer', () => {
  it('has nothing but id, reason, status and what helps the client when it is a denial', () => {
    const denial = {
      outcome: 'deny',
      reason: 'keys_unavailable',
      status: 503,
      id: 'ID',
      retryAfterSeconds: 300,
    } as unknown as Parameters<typeof ackActions>[0]
    const answer = readAgentFrame(
      bytesOf(ackFrame('\x01\x02', ackActions(denial, ['x-auth-subject']))).subarray(4),
    )
    expect(answer).toEqual({
      type: 103,
      stream: 1,
      frame: 2,
      values: { id: 'ID', reason: 'keys_unavailable', status: 503, retry_after: 300 },
    })
  })
})

describe('arbitrary bytes', () => {
  /** Reads them as Warder does, and says whether there is a request to judge. */
  function isRequest(bytes: Buffer): boolean {
    const frame = readSpopFrame(bytes)
    if (isSpopStatus(frame)) return false
    if (frame.type === 1) readSpopHello(frame.payload)
    if (frame.type !== 3) return false
    try {
      return parseJudge(readJudgeMessage(frame.payload)).ok
    } catch (fault) {
      if (fault instanceof MalformedFrame) return false
      throw fault
    }
  }
  const whole = notify(argumentsOf([['authorization', 'Bearer x']])).subarray(4)

  it('of a whole question are one', () => expect(isRequest(whole)).toBe(true))

  it('are no request wherever a question is cut off', () => {
    for (let end = 0; end < whole.length; end++) expect(isRequest(whole.subarray(0, end))).toBe(false)
  })

  it('make no reader fail in another way than it says', () => {
    const some = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))
    fc.assert(
      fc.property(
        fc.oneof(
          some,
          some.map((bytes) => Buffer.concat([whole.subarray(0, 7), bytes])),
          some.map((bytes) => Buffer.concat([hello().subarray(4, 11), bytes])),
          some.map((bytes) =>
            Buffer.concat([whole.subarray(0, 7), message([['headers', VALUE.bytes(bytes)]])]),
          ),
          fc.tuple(fc.nat(whole.length - 1), fc.nat(255)).map(([at, byte]) => {
            const changed = Buffer.from(whole)
            changed[at] = byte
            return changed
          }),
        ),
        (bytes) => {
          isRequest(bytes)
          readSpopHeaders(bytes.toString('latin1'))
        },
      ),
      { numRuns: 3_000 },
    )
  })
})
