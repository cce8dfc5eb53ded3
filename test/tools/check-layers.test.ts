import { describe, expect, it } from 'bun:test'
import { checkLayers } from '../../tools/check-layers.ts'

const check = (file: string, text: string): readonly string[] => checkLayers(new Map([[file, text]]))

describe('imports between rooms', () => {
  const refused: readonly (readonly [string, string, string])[] = [
    [
      'src/policy/a.ts',
      "import { decide } from '../decision/decide.ts'",
      'room `policy` may not import `decision`',
    ],
    [
      'src/policy/a.ts',
      "import type { D } from '../decision/decide.ts'",
      'room `policy` may not import `decision`',
    ],
    ['src/keys/a.ts', "export { a } from '../jwt/a.ts'", 'room `keys` may not import `jwt`'],
    ['src/keys/a.ts', "export * from '../jwt/a.ts'", 'room `keys` may not import `jwt`'],
    ['src/keys/a.ts', "import '../jwt/a.ts'", 'room `keys` may not import `jwt`'],
    ['src/keys/a.ts', "const a = await import('../jwt/a.ts')", 'room `keys` may not import `jwt`'],
    ['src/keys/a.ts', "type A = import('../jwt/a.ts').A", 'room `keys` may not import `jwt`'],
    ['src/keys/deep/a.ts', "import { a } from '../../jwt/a.ts'", 'room `keys` may not import `jwt`'],
    ['src/app/a.ts', "import { main } from '../cli/main.ts'", 'room `app` may not import `cli`'],
    [
      'src/testing/a.ts',
      "import { decide } from '../decision/decide.ts'",
      'room `testing` may not import `decision`',
    ],
    ['src/result.ts', "import type { A } from './keys/a.ts'", '`result.ts` may not import `keys`'],
    ['src/keys/a.ts', "import { a } from '../index.ts'", 'room `keys` may not import `index.ts`'],
    ['src/index.ts', "export { serve } from './server/serve.ts'", '`index.ts` may not import `server`'],
    [
      'src/jwt/a.ts',
      "import x from '../../package.json'",
      'room `jwt` may not import `package.json`, outside src/',
    ],
    [
      'src/server/a.ts',
      'await import(name)',
      'room `server` may not `import()` what is not a literal: it cannot be checked',
    ],
    ['src/lost/a.ts', "import { ok } from '../result.ts'", '`lost` is not in the room table'],
  ]
  for (const [file, text, expected] of refused) {
    it(`refuses ${text} in ${file}`, () => expect(check(file, text)).toEqual([`${file}:1: ${expected}`]))
  }

  it('lets config import types of the core, and of values only the table of callers', () => {
    const found = check(
      'src/config/a.ts',
      [
        "import type { IssuerSettings } from '../jwt/issuer-settings.ts'",
        "export type { KeySettings } from '../keys/key-settings.ts'",
        "import { PROXIES } from '../callers/callers.ts'",
        "import { verify } from '../jwt/verify-token.ts'",
        "import { type Settings } from '../policy/settings.ts'",
        "import type from '../claims/type.ts'",
      ].join('\n'),
    )
    expect(found).toEqual([
      'src/config/a.ts:4: room `config` may import only types from `jwt`: use `import type`',
      'src/config/a.ts:5: room `config` may import only types from `policy`: use `import type`',
      'src/config/a.ts:6: room `config` may import only types from `claims`: use `import type`',
    ])
  })

  const allowed: readonly (readonly [string, string])[] = [
    ['src/jwt/a.ts', "import { a } from './b.ts'\nimport type { K } from '../keys/key-source.ts'"],
    ['src/jwt/a.ts', "import { ok } from '../result.ts'\nimport { WarderError } from '../errors.ts'"],
    ['src/policy/a.ts', "import type { CorsSettings } from '../settings/cors/definition.ts'"],
    ['src/cli/main.ts', "import { build } from '../app/build.ts'\nimport { lint } from '../policy/lint.ts'"],
    ['src/errors.ts', "import type { Result } from './result.ts'"],
    ['src/index.ts', "export { decide } from './decision/decide.ts'"],
  ]
  for (const [file, text] of allowed) {
    it(`allows ${JSON.stringify(text)} in ${file}`, () => expect(check(file, text)).toEqual([]))
  }

  it('names the line where a statement over several lines begins', () => {
    const text =
      "export interface A {\n  readonly a: string\n}\n\nimport {\n  a,\n  b,\n} from '../jwt/a.ts'\n"
    expect(check('src/keys/a.ts', text)).toEqual(['src/keys/a.ts:5: room `keys` may not import `jwt`'])
  })

  it('reports every violation of every file', () => {
    const files = new Map([
      ['src/keys/a.ts', "import { a } from '../jwt/a.ts'\nimport { b } from '../claims/b.ts'"],
      ['src/token/b.ts', 'console.log(1)'],
    ])
    expect(checkLayers(files)).toHaveLength(3)
  })
})

describe('packages and built-in modules', () => {
  const refused: readonly (readonly [string, string, string])[] = [
    ['src/policy/a.ts', 'yaml', 'room `policy` may not import the package `yaml`: it belongs to `config/`'],
    ['src/keys/a.ts', 'yaml/util', 'room `keys` may not import the package `yaml`: it belongs to `config/`'],
    [
      'src/testing/a.ts',
      'jose',
      'room `testing` may not import the package `jose`: it is not in the package table',
    ],
    [
      'src/jwt/a.ts',
      '@scope/x/y',
      'room `jwt` may not import the package `@scope/x`: it is not in the package table',
    ],
    ['src/jwt/a.ts', 'fs', 'room `jwt` may not import the package `fs`: it is not in the package table'],
    [
      'src/jwt/a.ts',
      'constructor',
      'room `jwt` may not import the package `constructor`: it is not in the package table',
    ],
    ['src/jwt/a.ts', 'node:fs', 'room `jwt` may not import `node:fs`'],
    ['src/jwt/a.ts', 'bun', 'room `jwt` may not import `bun`'],
    ['src/testing/a.ts', 'bun:sqlite', 'room `testing` may not import `bun:sqlite`'],
    ['src/errors.ts', 'node:os', '`errors.ts` may not import `node:os`'],
  ]
  for (const [file, specifier, expected] of refused) {
    it(`refuses ${specifier} in ${file}`, () => {
      expect(check(file, `import x from '${specifier}'`)).toEqual([`${file}:1: ${expected}`])
    })
  }

  const allowed: readonly (readonly [string, string])[] = [
    ['src/keys/a.ts', 'node:crypto'],
    ['src/decision/a.ts', 'node:diagnostics_channel'],
    ['src/config/parse-document.ts', 'yaml'],
    ['src/decision/denied-tokens.ts', 'lru-cache'],
    ['src/server/a.ts', 'node:fs'],
    ['src/server/a.ts', 'bun'],
  ]
  for (const [file, specifier] of allowed) {
    it(`allows ${specifier} in ${file}`, () => {
      expect(check(file, `import x from '${specifier}'`)).toEqual([])
    })
  }
})

describe('globals in the core', () => {
  const refused: readonly (readonly [string, string])[] = [
    ['Bun.file(path)', 'Bun'],
    ['const home = process.env.HOME', 'process'],
    ["console.log('x')", 'console'],
    ['globalThis.fetch(url)', 'globalThis'],
    ['const now = Date.now()', 'Date.now'],
    ['const now = new Date()', 'new Date()'],
    ['const now = new Date', 'new Date()'],
    ['performance.now()', 'performance'],
    ['const t = setTimeout(f, 1)', 'setTimeout'],
    ['setInterval(f, 1)', 'setInterval'],
    ['setImmediate(f)', 'setImmediate'],
    ['return fetch(url)', 'fetch'],
    ['const a = `${x}${fetch(url)}`', 'fetch'],
  ]
  for (const [text, name] of refused) {
    it(`refuses ${text}`, () => {
      const found = check('src/keys/a.ts', `\n${text}\n`)
      expect(found).toHaveLength(1)
      expect(found[0]).toStartWith(`src/keys/a.ts:2: room \`keys\` may not use \`${name}\``)
    })
  }

  const allowed = [
    '// Bun.serve and Date.now() are not used here.',
    '/* console.log(1)\n fetch(url) */',
    "const text = 'fetch(url) with Bun.file'",
    'const text = `Date.now() and ${name} and console.log`',
    'const quotes = /[\'"`]/\nconst half = a / b / c',
    'io.fetch(url)',
    'const send = (url: string, fetch: Fetch) => fetch(url)',
    'const { nowMs, setTimeout } = deps\nsetTimeout(f, 1)',
    'interface Io {\n  fetch(url: string, signal: (a: number) => void): Promise<Response>\n}',
    'new Date(seconds * 1000).toISOString()',
    'const settings = { Bun: 1 }',
    "const text = `a ${ok ? `b ${'}'} c` : '`'} console.log`",
  ]
  for (const text of allowed) {
    it(`allows ${JSON.stringify(text)}`, () => expect(check('src/keys/a.ts', text)).toEqual([]))
  }

  it('leaves the rooms outside the core alone', () => {
    expect(check('src/server/a.ts', 'Bun.serve({})\nconsole.log(Date.now())')).toEqual([])
  })

  it('keeps Bun, and what Node.js 20.12 lacks, out of the rooms that also run on Node.js', () => {
    expect(
      check('src/testing/a.ts', 'Bun.serve({})\nDate.now()\nURL.parse(text)\nURL.canParse(text)'),
    ).toEqual([
      'src/testing/a.ts:1: room `testing` may not use `Bun`: this room also runs on Node.js',
      'src/testing/a.ts:3: room `testing` may not use `URL.parse`: Node.js 20.12 does not have it; use `parseUrl` of syntax/',
    ])
  })
})
