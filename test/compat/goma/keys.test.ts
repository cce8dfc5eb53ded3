import { describe, expect, it } from 'bun:test'
import { readFileSync } from 'node:fs'
import { UNSUPPORTED_TYPES } from '../../../src/compat/goma/middlewares/middlewares.ts'
import { loadText } from '../../config/load-text.ts'
import { gomaKeys } from './goma-keys.ts'

const tags = readFileSync(new URL('goma-keys.txt', import.meta.url), 'utf8')
const doc = readFileSync(new URL('../../../docs/compat.md', import.meta.url), 'utf8')

describe('the table of every key of Goma', () => {
  const rows = [...doc.matchAll(/^\| `(.+?)` \| (supported|no effect|refused) \| (.+) \|$/gm)]
  const keys = gomaKeys()

  it('has one row for every key of the schema, and for no other', () => {
    expect(keys.length).toBeGreaterThan(120)
    expect(rows.map(([, name = '']) => name)).toEqual(keys.map(({ name }) => name))
  })

  it('describes what becomes of each, and for the others has the printed hint', () => {
    const documented = rows.map(([, name, becomes, text]) => [
      name,
      becomes,
      becomes === 'supported' ? undefined : text,
    ])
    expect(documented).toEqual(keys.map(({ name, becomes, hint }) => [name, becomes, hint]))
  })

  it('covers every key that a release of Goma reads, by itself or by the map that it is in', () => {
    const known = keys.map(({ name }) => name)
    const isCovered = (key: string): boolean =>
      known.some((name) => key === name || key.startsWith(`${name}.`) || key.startsWith(`${name}[]`))
    const read = tags.split('\n').flatMap((line) => (/^(#.*)?$/.test(line) ? [] : [line.split('|')[0] ?? '']))
    expect(read.length).toBeGreaterThan(300)
    expect(read.filter((key) => !isCovered(key))).toEqual([])
  })

  it('names the types of middlewares that are refused', () => {
    const [line = ''] = doc
      .split('\n')
      .filter((text) => text.startsWith('Middlewares of these types are refused'))
    expect([...line.matchAll(/`(\w+)`/g)].map(([, type]) => type)).toEqual(Object.keys(UNSUPPORTED_TYPES))
  })

  for (const { name, becomes } of keys.filter((key) => key.becomes !== 'supported')) {
    it(`is right about \`${name}\`: ${becomes}`, async () => {
      const code = becomes === 'refused' ? 'ERR_COMPAT_UNSUPPORTED' : 'WARN_COMPAT_NO_EFFECT'
      expect(await codesAt(name, 'on')).toEqual([code])
      for (const off of [false, 0, '', {}, []]) expect(await codesAt(name, off)).toEqual([])
    })
  }
})

/** Rules that are good, by type. */
const RULES: Readonly<Record<string, object>> = {
  forwardAuth: { authUrl: 'https://a.example' },
  access: {},
  rateLimit: { unit: 'hour', requestsPerUnit: 5 },
}

/** The diagnostics of a key with this value, in a configuration that is good without it. */
async function codesAt(name: string, value: unknown): Promise<readonly string[]> {
  const [type = '', inRule] = name.split(': ')
  const middleware = {
    name: 'm',
    type: inRule === undefined ? 'access' : type,
    paths: ['/*'],
    rule: RULES[type] ?? {},
  }
  const config = {
    gateway: {
      proxy: {},
      tls: {},
      entryPoints: { web: {}, webSecure: {} },
      errorInterceptor: { enabled: true, errors: [{}] },
      routes: [
        {
          name: 'r',
          path: '/r',
          destination: 'http://r:1',
          security: { tls: {} },
          tls: {},
          errorInterceptor: { enabled: true, errors: [{}] },
          backends: [{ endpoint: 'http://r:1' }],
          middlewares: name.includes('.middlewares[].') ? [{}] : ['m'],
        },
      ],
    },
    middlewares: [middleware],
  }
  const path = inRule === undefined ? name : `middlewares[].${inRule}`
  const segments = path.replaceAll('[]', '.0').split('.')
  let map: Record<string, unknown> = config
  for (const segment of segments.slice(0, -1)) map = map[segment] as Record<string, unknown>
  map[segments.at(-1) ?? ''] = value
  const loaded = await loadText(JSON.stringify(config), {}, 'goma.yml')
  const diagnostics = loaded.ok ? loaded.value.warnings : loaded.error.diagnostics
  return diagnostics.filter(({ pointer }) => pointer === `/${segments.join('/')}`).map(({ code }) => code)
}
