import { describe, expect, it } from 'bun:test'
import { loadConfig } from '../../src/config/load-config.ts'
import type { LoadConfigDeps } from '../../src/config/load-config.ts'
import { ISSUER, loadDeps, loadGood } from './load-text.ts'

const throwing = (code: string): LoadConfigDeps => ({
  ...loadDeps(),
  readFile: () => {
    throw Object.assign(new Error(code), { code })
  },
})

describe('a configuration file', () => {
  const CASES: readonly (readonly [errno: string, code: string, says: string])[] = [
    ['ENOENT', 'ERR_CONFIG_FILE_MISSING', 'does not exist'],
    ['EISDIR', 'ERR_CONFIG_FILE_UNREADABLE', 'is a directory'],
    ['EACCES', 'ERR_CONFIG_FILE_UNREADABLE', 'is not readable by this user'],
    ['EIO', 'ERR_CONFIG_FILE_UNREADABLE', 'cannot be read'],
  ]
  for (const [errno, code, says] of CASES) {
    it(`is refused with ${code} when reading it fails with ${errno}`, async () => {
      const loaded = await loadConfig('some/warder.yaml', throwing(errno))
      const [diagnostic] = loaded.ok ? [] : loaded.error.diagnostics
      expect(diagnostic?.code as string).toBe(code)
      expect(diagnostic?.message).toBe(`the configuration file "some/warder.yaml" ${says}`)
    })
  }

  it('is read at its absolute path, and called in messages what the operator called it', async () => {
    const read: string[] = []
    const deps: LoadConfigDeps = {
      ...loadDeps(),
      readFile: async (path) => {
        read.push(path)
        return new TextEncoder().encode(ISSUER)
      },
    }
    const loaded = await loadConfig('some/warder.yaml', deps)
    expect(read).toEqual([`${process.cwd()}/some/warder.yaml`])
    expect(loaded.ok && loaded.value.positionOf('/version').file).toBe('some/warder.yaml')
    expect(loaded.ok && loaded.value.files).toEqual(read)
  })
})

describe('a loaded configuration', () => {
  const text = `${ISSUER}  - name: b
    issuer: https://b.example
    audience: a
    keys: { pem_file: [b.pem] }
  - { name: c, issuer: https://c.example, audience: a, keys: { jwks_file: /keys/c.json } }
  - { name: d, issuer: d, audience: a, keys: { secret: "\${file:d.txt}" } }
policies:
  some/thing.else: {}
routes:
  - { match: {}, policy: some/thing.else }
`.replaceAll('some/thing', 'some.thing')
  const files = { '/etc/warder/d.txt': '0123456789abcdef0123456789abcdef' }

  it('names every file to watch', async () => {
    expect((await loadGood(text, { files })).files).toEqual([
      '/etc/warder/warder.yaml',
      '/etc/warder/d.txt',
      '/etc/warder/b.pem',
      '/keys/c.json',
    ])
  })

  it('knows in which line each part of the settings is written', async () => {
    const config = await loadGood(text, { files })
    const place = (path: string): string => {
      const { line, column } = config.positionOfSetting(path)
      return `${line}:${column}`
    }
    expect(place('issuers/0')).toBe('3:5')
    expect(place('issuers/1/audience')).toBe('8:15')
    expect(place('issuers/1/leeway')).toBe('6:5')
    expect(place('policies/some.thing.else')).toBe('13:20')
    expect(place('routes/0/policy')).toBe('15:26')
    expect(place('listen/admin')).toBe('1:1')
  })

  it('has a digest that changes with the text and with the files in it, and with nothing else', async () => {
    const { digest } = await loadGood(text, { files })
    expect(digest).toMatch(/^[0-9a-f]{7}$/)
    expect((await loadGood(text, { files, env: { A: 'b' } })).digest).toBe(digest)
    expect((await loadGood(`${text}# more\n`, { files })).digest).not.toBe(digest)
    const other = { '/etc/warder/d.txt': 'abcdefghijklmnopqrstuvwxyzabcdef' }
    expect((await loadGood(text, { files: other })).digest).not.toBe(digest)
  })

  it('may hold ten thousand routes', async () => {
    const routes = Array.from(
      { length: 10_000 },
      (_, i) => `  - { match: { path: /r${i} }, access: deny }\n`,
    ).join('')
    const { settings } = await loadGood(`${ISSUER}routes:\n${routes}`)
    expect(settings.routes.length).toBe(10_000)
    expect(settings.routes.at(-1)).toMatchObject({ name: 'route-10000', path: ['/r9999'] })
  }, 30_000)
})
