import { afterAll, describe, expect, it } from 'bun:test'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { listFiles } from '../../src/app/list-files.ts'
import { loadInstance, loadInstanceText } from '../../src/app/load-instance.ts'
import { readBounded, readBoundedLater } from '../../src/app/read-bounded.ts'
import { systemKeyDeps } from '../../src/app/system.ts'
import { readExtraFiles } from '../../src/config/extra-files.ts'
import type { ErrorCode } from '../../src/errors.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { createTempDir } from '../support/live/temp-dir.ts'

const cleanup = createCleanup()
afterAll(() => cleanup.run())

describe('readBounded()', () => {
  it('reads a whole file, and no more than was allowed', () => {
    const file = join(createTempDir(cleanup), 'file')
    const content = 'a line of text\n'.repeat(10_000)
    writeFileSync(file, content)
    expect(Buffer.from(readBounded(file, 1_000_000)).toString()).toBe(content)
    expect(Buffer.from(readBounded(file, content.length)).toString()).toBe(content)
    expect(readBounded(file, 100_000)).toHaveLength(100_000)
  })

  it('passes on the system’s error about a file', () => {
    expect(() => readBounded('/nowhere/file', 10)).toThrow(expect.objectContaining({ code: 'ENOENT' }))
    expect(() => readBounded('/', 10)).toThrow(expect.objectContaining({ code: 'EISDIR' }))
  })
})

describe('attack: a pipe without a writer instead of a file', () => {
  const directory = createTempDir(cleanup)
  const fifo = join(directory, 'fifo')
  execFileSync('mkfifo', [fifo])

  const readers = { readBounded, readBoundedLater }
  for (const [name, read] of Object.entries(readers)) {
    it(`is refused at once by ${name}()`, () => {
      const reading = async (): Promise<Uint8Array> => read(fifo, 10)
      expect(reading()).rejects.toMatchObject({ code: 'ENOTREG' })
    })

    it(`is no reason for ${name}() to refuse an empty device or to read an endless one whole`, async () => {
      expect(await read('/dev/null', 10)).toHaveLength(0)
      expect(await read('/dev/zero', 100_000)).toHaveLength(100_000)
    })
  }

  const SETTINGS: readonly (readonly [what: string, text: string, code: ErrorCode])[] = [
    ['a secret', `keys: { secret: "\${file:${fifo}}" }`, 'ERR_CONFIG_VARIABLE_FILE'],
    ['a key set', `keys: { jwks_file: "${fifo}" }`, 'ERR_KEYS_FILE_UNREADABLE'],
    ['a public key', `keys: { pem_file: "${fifo}" }`, 'ERR_KEYS_FILE_UNREADABLE'],
  ]
  for (const [what, text, code] of SETTINGS) {
    it(`is reported when it is ${what}`, async () => {
      const config = `version: 1\nissuers: [{ issuer: "https://a.example", audience: a, ${text} }]\n`
      const loaded = await loadInstanceText(config, 'warder.yaml', systemKeyDeps)
      expect(loaded.ok ? [] : loaded.error.diagnostics.map((diagnostic) => diagnostic.code)).toEqual([code])
    })
  }

  it('is reported when it is the configuration, or one of the files of a directory', async () => {
    const loaded = await loadInstance(fifo, systemKeyDeps)
    expect(loaded.ok ? undefined : loaded.error.diagnostics[0]?.message).toContain('is a pipe or a socket')
    execFileSync('mkfifo', [join(directory, 'routes.yaml')])
    const extra = await readExtraFiles(directory, { readFile: (path) => readBounded(path, 10), listFiles })
    expect(extra.ok ? extra.value.files.map(({ content }) => content.ok) : []).toEqual([false])
  })
})

describe('attack: an endless key file', () => {
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
