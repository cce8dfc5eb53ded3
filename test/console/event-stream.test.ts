import { describe, expect, it } from 'bun:test'
import * as fc from 'fast-check'
import { createEventReader } from '../../src/console/api/event-stream.ts'

const readAll = (pieces: readonly string[]) => {
  const read = createEventReader()
  return pieces.flatMap((piece) => read(piece))
}

describe('a stream of events', () => {
  const TEXTS: readonly (readonly [what: string, text: string, events: unknown])[] = [
    ['an event with a name', 'event: stats\ndata: {}\n\n', [{ name: 'stats', data: '{}' }]],
    ['an event without one', 'data: 1\n\n', [{ name: 'message', data: '1' }]],
    ['data of two lines', 'data: 1\ndata: 2\n\n', [{ name: 'message', data: '1\n2' }]],
    ['no blank after the colon', 'event:stats\ndata:1\n\n', [{ name: 'stats', data: '1' }]],
    ['a colon in the data', 'data: a: b\n\n', [{ name: 'message', data: 'a: b' }]],
    ['a comment', ': still here\n\ndata: 1\n\n', [{ name: 'message', data: '1' }]],
    ['other fields', 'id: 7\nretry: 1\ndata: 1\n\n', [{ name: 'message', data: '1' }]],
    ['lines that end as on Windows', 'event: a\r\ndata: 1\r\n\r\n', [{ name: 'a', data: '1' }]],
    ['an event that is not complete', 'data: 1\n', []],
  ]
  for (const [what, text, events] of TEXTS) {
    it(`is read: ${what}`, () => expect(readAll([text])).toEqual(events as never))
  }

  it('is read the same in whatever pieces it arrives', () => {
    const text = TEXTS.map(([, one]) => one.replaceAll('\r', '')).join('\n')
    const whole = readAll([text])
    fc.assert(
      fc.property(fc.array(fc.nat({ max: text.length })), (cuts) => {
        const places = [0, ...cuts.toSorted((a, b) => a - b), text.length]
        const pieces = places.slice(1).map((end, index) => text.slice(places[index], end))
        expect(readAll(pieces)).toEqual(whole)
      }),
    )
  })

  it('ends when an event has no end', () => {
    const read = createEventReader()
    expect(() => {
      for (let i = 0; i < 20; i++) read('x'.repeat(100_000))
    }).toThrow()
  })
})
