import { describe, expect, it } from 'bun:test'
import { parseUrl } from '../../src/syntax/parse-url.ts'

describe('parseUrl', () => {
  for (const text of ['https://a.example:8443/x?y#z', 'http://[::1]/', 'a.example/x', '', '/x', 'https://'])
    it(`reads ${JSON.stringify(text)} as the runtime does`, () =>
      expect(parseUrl(text)?.href).toBe(URL.parse(text)?.href as string))
})
