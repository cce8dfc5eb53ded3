import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { readMessageHead } from '../../../src/http/messages/message-head.ts'
import { lineOf } from '../../../src/http/messages/read-field.ts'

const name = fc.constantFrom(
  'Content-Type',
  'content-type',
  'CONTENT-type',
  'X-Own',
  'x-own',
  'E',
  '__proto__',
)
const space = fc.constantFrom('', ' ', '  ', '\t', ' \t')
const value = fc.constantFrom('', 'a', 'a b', 'a: b', '\xe9')

function fieldsOf(lines: readonly string[]) {
  const head = readMessageHead(['GET / HTTP/1.1', ...lines].join('\r\n'))
  if (!head.ok) throw new Error(head.error)
  return head.value.fields
}

describe('a field of a head', () => {
  it('has its name in both spellings, its value, and one line, however much space was around the value', () => {
    const field = fc.tuple(name, space, value, space)
    fc.assert(
      fc.property(fc.array(field, { minLength: 1, maxLength: 5 }), (sent) => {
        const read = fieldsOf(sent.map(([n, before, v, behind]) => `${n}:${before}${v}${behind}`))
        expect(read.map((one) => [one.name, one.lower, one.value, lineOf(one)])).toEqual(
          sent.map(([n, , v]) => [n, n.toLowerCase(), v, `${n}: ${v}\r\n`]),
        )
      }),
      { numRuns: 3_000 },
    )
  })

  // Else a token that was taken out of a value would be forwarded with the line that it came in.
  it('has no line of its own in a copy with another value', () => {
    const [field] = fieldsOf(['Cookie: a=b; token=secret', 'Host: a'])
    if (field === undefined) throw new Error('no field')
    expect(lineOf({ ...field, value: 'a=b' })).toBe('Cookie: a=b\r\n')
  })
})
