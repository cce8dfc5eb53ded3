import { MAX_KID_LENGTH } from '../../src/jwt/jose-header.ts'
import { MAX_JSON_DEPTH, MAX_JSON_MEMBERS } from '../../src/strict-json.ts'
import { MAX_KEYS_TRIED } from '../../src/keys/key-source.ts'
import { MAX_PATH_LENGTH } from '../../src/request/canonical-path.ts'
import { describe, expect, it } from 'bun:test'
import { readFileSync } from 'node:fs'
import { ADVICE, type ConfigCode } from '../../src/config/advice.ts'
import { configJsonSchema } from '../../src/settings/json-schema.ts'
import { DENY_ROWS } from '../../src/decision/reasons.ts'
import { ERROR_CODES } from '../../src/errors.ts'
import { MAX_CHUNK_LINE, MAX_TRAILER_BYTES } from '../../src/http/messages/body-reader.ts'
import { MAX_KEYS as MAX_RATE_KEYS } from '../../src/gateway/limits/memory-rate-store.ts'
import { withTables } from '../../tools/reference.ts'
import { loadGood } from './load-text.ts'

const readDoc = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')

/** The fenced blocks of a language. */
const blocksOf = (doc: string, language: string): readonly string[] =>
  [...doc.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, block]) => block ?? '')

function schemaKeys(): readonly string[] {
  const keys = new Set<string>()
  JSON.stringify(configJsonSchema(), (name: string, value: unknown) => {
    if (name === 'properties') for (const key of Object.keys(value as object)) keys.add(key)
    return value
  })
  return [...keys]
}

describe('docs/errors.md', () => {
  const rows = [...readDoc('errors.md').matchAll(/^\| <a id="(\w+)"><\/a>`(\w+)` \| (.*?) \| (.*?) \|$/gm)]

  it('has one row for every code, in both directions, with the same text', () => {
    const documented = rows.map(([, , code, says]) => [code, says]).sort()
    expect(documented).toEqual(Object.entries(ERROR_CODES).sort() as never)
  })

  it('gives the advice that is printed', () => {
    for (const [, , code = '', , advice = ''] of rows) {
      if (!Object.hasOwn(ADVICE, code)) continue
      expect(`${advice[0]?.toLowerCase()}${advice.slice(1, -1)}`, code).toBe(ADVICE[code as ConfigCode])
    }
  })

  it('has an anchor and advice in every row', () => {
    for (const [, anchor, code, , advice] of rows) {
      expect(anchor).toBe(code?.toLowerCase())
      expect(advice, code).not.toBe('')
    }
  })
})

describe('docs/config.md', () => {
  const doc = readDoc('config.md')
  const files = {
    '/run/secrets/jobs_hmac': '00'.repeat(32),
    '/run/secrets/new_hmac': 'n'.repeat(32),
    '/run/secrets/old_hmac': 'o'.repeat(32),
    '/run/secrets/far_api_key': 'key',
    '/run/secrets/robot': 'pw',
    '/run/secrets/warder_caller': 'c'.repeat(64),
    '/run/secrets/log_key': 'k'.repeat(32),
    '/run/secrets/warder_prometheus': 'p'.repeat(64),
    '/run/secrets/warder_ops': 'o'.repeat(64),
  }

  it('has the tables that the definitions yield; `npm run reference` writes them', () => {
    expect(withTables(doc)).toBe(doc)
  })

  for (const key of schemaKeys()) {
    it(`explains \`${key}\``, () => expect(doc).toContain(`| \`${key}\` |`))
  }

  it('has examples that load', async () => {
    const examples = blocksOf(doc, 'yaml')
    expect(examples.length).toBe(3)
    for (const example of examples) await loadGood(example, { files })
  })

  it('uses every key of the schema in its long example', () => {
    const [, example = ''] = blocksOf(doc, 'yaml')
    for (const key of schemaKeys())
      expect(example, key).toMatch(new RegExp(`(^|[\\s{])${key.replace('$', '\\$')}[:=]`, 'm'))
  })

  it('has warnings in its long example exactly where the page announces them', async () => {
    const [, example = ''] = blocksOf(doc, 'yaml')
    const lines = example.split('\n')
    const { warnings } = await loadGood(example, { files })
    const warned = new Set(
      warnings.filter(({ code }) => code !== 'WARN_CONFIG_HTTP').map(({ position }) => position?.line),
    )
    expect([...warned]).toEqual(lines.flatMap((line, i) => (line.includes('a warning') ? [i + 1] : [])))
  })
})

describe('the fixed limits', () => {
  it('are in docs/config.md as they are', () => {
    const [line = ''] = readDoc('config.md')
      .split('\n')
      .filter((one) => one.startsWith('Some limits are fixed'))
    const told = [...line.matchAll(/\d+/g)].map(Number)
    expect(told).toEqual([MAX_PATH_LENGTH, MAX_JSON_DEPTH, MAX_JSON_MEMBERS, MAX_KID_LENGTH, MAX_KEYS_TRIED])
  })

  it('of the gateway are there as well', () => {
    const [line = ''] = readDoc('config.md')
      .split('\n')
      .filter((one) => one.startsWith('In the gateway, the line of a chunk'))
    const told = [...line.matchAll(/\d+/g)].map(Number)
    expect(told).toEqual([MAX_CHUNK_LINE, MAX_TRAILER_BYTES, MAX_RATE_KEYS])
  })
})

describe('docs/keys.md', () => {
  const doc = readDoc('keys.md')

  it('has examples that load without a warning', async () => {
    const examples = blocksOf(doc, 'yaml')
    expect(examples.length).toBe(2)
    for (const example of examples) expect((await loadGood(example)).warnings).toEqual([])
  })

  it('speaks of settings that exist', () => {
    const named = [
      ...doc.matchAll(/`((?:min_|max_)?refresh|max_stale|cooldown|timeout|pin|startup|\w+_\w+)`/g),
    ]
    const reasons: readonly string[] = Object.keys(DENY_ROWS)
    for (const [, name = ''] of named) expect([...schemaKeys(), ...reasons, 'key_ops'], name).toContain(name)
  })
})

describe('docs/gateway.md', () => {
  it('has examples that load', async () => {
    const examples = blocksOf(readDoc('gateway.md'), 'yaml')
    expect(examples.length).toBeGreaterThan(5)
    for (const example of examples) await loadGood(example)
  })
})

describe('docs/compat.md', () => {
  const doc = readDoc('compat.md')

  it('shows a configuration and its conversion, which are the same settings', async () => {
    const [original = ''] = blocksOf(doc, 'json')
    const [converted = ''] = blocksOf(doc, 'yaml')
    const loaded = await loadGood(original, {}, 'config.json')
    const { convertConfig } = await import('../../src/compat/convert.ts')
    expect(loaded.format).toBe('jwtauthrequest')
    expect(convertConfig(loaded)).toBe(converted)
    expect((await loadGood(converted)).settings).toEqual(loaded.settings)
  })

  it('names every warning', () => {
    for (const code of Object.keys(ERROR_CODES).filter((name) => name.startsWith('WARN_COMPAT_')))
      expect(doc).toContain(`\`${code}\``)
  })
})

describe('docs/cli.md', () => {
  const doc = readDoc('cli.md')

  it('shows an explanation as the command prints it', () => {
    const golden = readFileSync(
      new URL('../cli/explain/golden/audience-mismatch.txt', import.meta.url),
      'utf8',
    )
    expect(doc).toContain(golden.replaceAll('./warder.yaml', 'warder.yaml'))
  })
})
