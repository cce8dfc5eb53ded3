import { describe, expect, it } from 'bun:test'
import { readValidators } from '../../../src/keys/fetch/fetch-document.ts'

describe('readValidators', () => {
  it('takes them as they are, and leaves what is not safe to send', () => {
    const now = 'Fri, 15 Jan 2027 08:00:00 GMT'
    const read = (fields: Readonly<Record<string, string>>) => readValidators(new Headers(fields))
    expect(read({ etag: 'W/"1"', 'last-modified': now })).toEqual({ etag: 'W/"1"', lastModified: now })
    expect(read({ etag: '"\u00e9"' }).etag).toBeUndefined()
    expect(read({ etag: `"${'x'.repeat(512)}"` }).etag).toBeUndefined()
  })
})
