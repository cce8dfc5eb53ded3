import { describe, expect, it } from 'bun:test'
import { interpolate } from '../../src/config/interpolate.ts'
import { ISSUER, loadBad, loadDeps, loadGood } from './load-text.ts'

const ENV = { HOST: 'idp.example.com', EMPTY: '', TRICK: '${HOST}' }
const FILES = { '/etc/warder/name.txt': 'abc\n', '/run/secret': 'a\nb\r\n', '/run/many': 'x\n\n' }

describe('a string', () => {
  const CASES: readonly (readonly [what: string, written: string, filled: string])[] = [
    [
      'takes a variable anywhere in it',
      'https://${HOST}/x?${HOST}',
      'https://idp.example.com/x?idp.example.com',
    ],
    ['takes the default when the variable is not set', '${NOPE:-other}', 'other'],
    ['takes the default when the variable is empty, as a shell does', '${EMPTY:-other}', 'other'],
    ['takes an empty default', 'a${NOPE:-}b', 'ab'],
    ['takes a default that looks like another default', '${NOPE:-a:-b}', 'a:-b'],
    ['takes a variable that is empty', 'a${EMPTY}b', 'ab'],
    ['does not look into what it took', '${TRICK}', '${HOST}'],
    ['keeps an escaped reference', '$${HOST} ${HOST}', '${HOST} idp.example.com'],
    ['keeps a lone dollar', 'a$b $HOST', 'a$b $HOST'],
    ['takes a file relative to the configuration, without its last line feed', '${file:name.txt}!', 'abc!'],
    ['takes an absolute file, and only its last line feed goes', '${file:/run/secret}', 'a\nb'],
    ['takes a file that ends in two line feeds with one of them', '${file:/run/many}', 'x\n'],
  ]
  for (const [what, written, filled] of CASES) {
    it(what, async () => {
      const { value, problems } = await interpolate(
        { a: [written] },
        '/etc/warder/w.yaml',
        loadDeps({ env: ENV, files: FILES }),
        () => false,
      )
      expect(problems).toEqual([])
      expect(value).toEqual({ a: [filled] })
    })
  }

  it('is left alone when it is a key or no string', async () => {
    const root = { '${HOST}': 5, b: null, c: [true] }
    const { value } = await interpolate(root, '/w.yaml', loadDeps({ env: ENV }), () => false)
    expect(value).toEqual(root)
  })

  it('is refused when it refers to a file of bytes that are no text', async () => {
    const readFile = () => new Uint8Array([0xff, 0xfe])
    const { problems } = await interpolate({ a: '${file:x}' }, '/w.yaml', { env: {}, readFile }, () => false)
    expect(problems.map(({ problem }) => problem.code)).toEqual(['ERR_CONFIG_ENCODING'])
  })
})

describe('references in a configuration', () => {
  it('may be durations, sizes and words of a closed set', async () => {
    const text = `${ISSUER}drain: \${DRAIN}\ncache: { tokens: "\${TOKENS}" }\nlisten: { admin: "\${ADMIN}" }\n`
    const { settings } = await loadGood(text, { env: { DRAIN: '7', TOKENS: '12', ADMIN: 'off' } })
    expect(settings).toMatchObject({ drainMs: 7_000, cache: { tokens: 12 }, listen: { admin: null } })
  })

  it('name every file that was read, so that it can be watched', async () => {
    const { files } = await loadGood(`${ISSUER}realm: \${file:name.txt}\n`, { files: FILES })
    expect(files).toEqual(['/etc/warder/warder.yaml', '/etc/warder/name.txt'])
  })

  it('show what is written, not what it stands for, when the value is bad', async () => {
    const { diagnostics } = await loadBad(`${ISSUER}realm: \${SECRET}\n`, { env: { SECRET: 'hunter2"' } })
    expect(diagnostics.map(({ code }) => code)).toEqual(['ERR_CONFIG_VALUE'])
    expect(diagnostics[0]?.message).toContain('${SECRET}')
    expect(JSON.stringify(diagnostics)).not.toContain('hunter2')
  })
})
