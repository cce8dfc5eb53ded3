import { describe, expect, it } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadInstanceText } from '../../src/app/load-instance.ts'
import { readBounded } from '../../src/app/read-bounded.ts'
import { systemKeyDeps } from '../../src/app/system.ts'

describe('readBounded()', () => {
  it('reads a whole file, and no more than was allowed', () => {
    const directory = mkdtempSync(join(tmpdir(), 'warder-'))
    const file = join(directory, 'file')
    const content = 'a line of text\n'.repeat(10_000)
    writeFileSync(file, content)
    expect(Buffer.from(readBounded(file, 1_000_000)).toString()).toBe(content)
    expect(Buffer.from(readBounded(file, content.length)).toString()).toBe(content)
    expect(readBounded(file, 100_000)).toHaveLength(100_000)
    rmSync(directory, { recursive: true })
  })

  it('passes on what the system says about a file', () => {
    expect(() => readBounded('/nowhere/file', 10)).toThrow(expect.objectContaining({ code: 'ENOENT' }))
    expect(() => readBounded('/', 10)).toThrow(expect.objectContaining({ code: 'EISDIR' }))
  })
})

describe('attack: a key file without an end', () => {
  for (const keys of ['{ jwks_file: /dev/zero }', '{ pem_file: /dev/zero }']) {
    it(`is refused, and fills no memory: ${keys}`, async () => {
      const text = `version: 1\nissuers: [{ issuer: "https://a.example", audience: a, keys: ${keys} }]\n`
      const loaded = await loadInstanceText(text, 'warder.yaml', systemKeyDeps)
      expect(loaded.ok ? [] : loaded.error.diagnostics.map(({ code }) => code)).toEqual([
        'ERR_KEYS_FILE_UNREADABLE',
      ])
    })
  }
})
