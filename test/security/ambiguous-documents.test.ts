/** Documents that two parsers read differently: `{"keys":[good],"keys":[evil]}` must put no key in force. */
import { describe, expect, it } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { loadConfigText, type LoadConfigDeps } from '../../src/config/load-config.ts'
import { mintedClaims } from '../../src/cli/token/mint.ts'
import { jwtauthrequestFormat } from '../../src/compat/jwtauthrequest/format.ts'
import { createBoundedFetch } from '../../src/keys/fetch/bounded-fetch.ts'
import { createKeySource } from '../../src/keys/sources/create-key-source.ts'
import { discover } from '../../src/keys/fetch/discovery.ts'
import { importJwks, readJwks } from '../../src/keys/import/import-jwks.ts'
import { decodeSnapshot, encodeSnapshot } from '../../src/keys/snapshot/snapshot-format.ts'
import { parseStrictJson, parseStrictObject } from '../../src/strict-json.ts'
import { createFakeWorld, OWN_SNAPSHOT } from '../keys/fake-world.ts'
import { keyPair, publicJwk, toBytes } from '../keys/key-pairs.ts'

const good = JSON.stringify(publicJwk(keyPair('P-256'), { kid: 'good' }))
const evil = JSON.stringify(publicJwk(keyPair('P-256', 'evil'), { kid: 'evil' }))

/** JWK sets that some parser reads as the good key and another one as the evil one. */
const SETS: readonly (readonly [name: string, text: string])[] = [
  ['`keys` twice', `{"keys":[${good}],"keys":[${evil}]}`],
  ['`keys` twice, once escaped', `{"keys":[${good}],"\\u006beys":[${evil}]}`],
  ['a member of a key twice', `{"keys":[${good.replace('{', '{"kid":"evil",')}]}`],
  ['a member that nobody reads twice', `{"keys":[${good}],"x":{"a":1,"a":2}}`],
  ['text behind it', `{"keys":[${good}]}{"keys":[${evil}]}`],
  ['half a surrogate pair', `{"keys":[${good.replace('"good"', '"good","x":"\\ud800"')}]}`],
  ['half a surrogate pair as a name', `{"keys":[${good.replace('"good"', '"good","\\uDC00":1')}]}`],
  ['33 levels', `{"keys":[${good}],"x":${'['.repeat(33)}${']'.repeat(33)}}`],
  [
    '10,000 members',
    `{"keys":[${good}],"x":{${Array.from({ length: 10_000 }, (_, i) => `"${i}":0`).join()}}}`,
  ],
]

const ISSUER = 'https://idp.example'
const NOW_MS = 1_800_000_000_000
const KEPT = { issuer: ISSUER, place: 'jwks_url https://idp.example/jwks' }

const snapshotOf = (line: string): boolean =>
  decodeSnapshot({ bytes: toBytes(line), ...OWN_SNAPSHOT }, KEPT, NOW_MS, 1_000).ok

const throws = (work: () => unknown): boolean => {
  try {
    work()
    return false
  } catch {
    return true
  }
}

/** Every place that reads a JWK set: true when the text puts a key in force. */
const PLACES: readonly (readonly [name: string, isUsed: (text: string) => boolean])[] = [
  ['a fetched or read JWK set', (text) => importJwks(toBytes(text), { algorithms: ['ES256'] }).ok],
  [
    'check --online',
    (text) => {
      const read = readJwks(toBytes(text), { algorithms: ['ES256'] })
      return read.ok && read.value.keys.length > 0
    },
  ],
  [
    'a JWK set in the configuration',
    (text) => !throws(() => createKeySource({ kind: 'jwks', text }, ['ES256'], createFakeWorld().deps)),
  ],
  [
    'a JWK set file',
    (text) => {
      const deps = { ...createFakeWorld().deps, readFileSync: () => toBytes(text) }
      return !throws(() =>
        createKeySource({ kind: 'jwks_file', file: '/jwks.json' }, ['ES256'], deps).close(),
      )
    },
  ],
  ['a part of a token', (text) => parseStrictObject(toBytes(text)) !== undefined],
  ['token mint --claim', (text) => !throws(() => mintedClaims(claimOption(text), undefined, NOW_MS))],
]

const claimOption = (json: string): Parameters<typeof mintedClaims>[0] => ({
  expires: '5m',
  secretEncoding: 'utf8',
  claim: [`x=${json}`],
})

const LOAD_DEPS: LoadConfigDeps = {
  readFile: () => new Uint8Array(),
  listFiles: () => [],
  env: {},
  supportedAlgorithms: new Set(['ES256', 'HS256']),
  foreignFormats: [jwtauthrequestFormat],
}

describe('an ambiguous document', () => {
  for (const [place, isUsed] of PLACES) {
    it(`is not what ${place} with one meaning is`, () => expect(isUsed(`{"keys":[${good}]}`)).toBe(true))
    // A claim with half a pair keeps its value until it is written into a header, and is refused there.
    const sets = place === 'a part of a token' ? SETS.filter(([name]) => !name.startsWith('half')) : SETS
    for (const [name, text] of sets)
      it(`as ${place}, with ${name}, is refused whole`, () => expect(isUsed(text)).toBe(false))
  }

  const metadata = `"issuer":"${ISSUER}","jwks_uri":"https://idp.example/jwks"`
  const documents: readonly (readonly [text: string, isAccepted: boolean])[] = [
    [`{${metadata}}`, true],
    [`{${metadata},"jwks_uri":"https://evil.example/jwks"}`, false],
    [`{"issuer":"https://evil.example",${metadata}}`, false],
    [`{${metadata},"x":"\\udfff"}`, false],
    [`{${metadata}} {}`, false],
  ]
  for (const [text, isAccepted] of documents) {
    it(`as metadata is ${isAccepted ? 'accepted' : 'refused'}: ${text}`, async () => {
      const world = createFakeWorld()
      world.answer = () => Promise.resolve(new Response(text))
      const fetchDocument = createBoundedFetch(
        { allowHttp: false, timeoutMs: 5_000, maxBytes: 10_000 },
        world.deps,
      )
      const found = await discover(
        { issuer: ISSUER, allowHttp: false },
        fetchDocument,
        new AbortController().signal,
      )
      expect(found.ok).toBe(isAccepted)
    })
  }

  it('as a snapshot is refused, wherever the second member is', () => {
    const line = new TextDecoder().decode(
      encodeSnapshot(
        { jwks: toBytes(`{"keys":[${good}]}`), loadedAtMs: NOW_MS, firstSeen: new Map([['t', 1]]) },
        KEPT,
      ),
    )
    expect(snapshotOf(line)).toBe(true)
    expect(snapshotOf(line.replace('{', '{"loaded_at":1,'))).toBe(false)
    expect(snapshotOf(line.replace('"t":1', '"t":1,"t":2'))).toBe(false)
  })

  const configs = [
    `{"version":1,"issuers":[{"issuer":"${ISSUER}","audience":"a","audience":"b"}]}`,
    `{"version":1,"issuers":[{"issuer":"${ISSUER}","audience":"a","keys":{"jwks":{"keys":[${good}],"\\u006beys":[${evil}]}}}]}`,
    '{"clients":{"a":{"iss":"x"},"a":{"iss":"y"}}}',
  ]
  for (const text of configs) {
    it(`as a configuration is refused: ${text.slice(0, 60)}`, async () => {
      const loaded = await loadConfigText(text, 'config.json', LOAD_DEPS)
      expect(loaded.ok ? [] : loaded.error.diagnostics.map(({ code }) => code)).toContain(
        'ERR_CONFIG_DUPLICATE_KEY',
      )
    })
  }
})

describe('JSON.parse', () => {
  /** Texts that Warder itself has written with JSON.stringify, or has read strictly before: nobody else writes any. */
  const OWN_TEXTS = [
    // What the strict reader has accepted is read again, for its digits.
    'src/claims/exact-numbers.ts',
    // The counters of a worker, within a message that was read strictly.
    'src/observe/metrics/snapshot.ts',
    // Facts and traces of kept decisions, in the memory of the process that wrote them.
    'src/observe/recent/list-decisions.ts',
    'src/observe/recent/recent-decisions.ts',
    // Who a remembered token names, likewise.
    'src/observe/subjects.ts',
  ]
  const ALLOWED = [...OWN_TEXTS, 'src/strict-json.ts']
  it('is called by the strict reader alone, but for own texts', () => {
    const callers = readdirSync('src', { recursive: true, encoding: 'utf8' })
      .map((file) => `src/${file}`)
      .filter((file) => file.endsWith('.ts') && /\bJSON\.parse\b(?!`)|\.json\(\)/.test(codeOf(file)))
    expect(callers.toSorted()).toEqual(ALLOWED)
  })

  const codeOf = (file: string): string =>
    readFileSync(file, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')

  it('of a text with one meaning gives what the strict reader gives', () => {
    for (const text of ['1', '"a"', '[1,{"a":[]}]', 'null', '{"a":"\\ud83d\\ude00"}', '"\\\\ud800"'])
      expect(parseStrictJson(text)).toEqual({ ok: true, value: JSON.parse(text) as unknown })
  })
})
