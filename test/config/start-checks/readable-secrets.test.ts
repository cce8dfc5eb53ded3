import { afterEach, describe, expect, it } from 'bun:test'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadInstance } from '../../../src/app/load-instance.ts'
import { systemKeyDeps } from '../../../src/app/system.ts'
import { createCleanup } from '../../support/live/cleanup.ts'
import { createTempDir } from '../../support/live/temp-dir.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const SECRET = 'a secret of the tests, 32 bytes!'
const HASH = '$2y$12$zGPFyLh8C.MuCPoQ.tBPa.bOcZT1ee1wXD39cmeIGIT.v/LcfmYQK'
const REMOTE = 'issuer: https://a.invalid, audience: api'

/** A configuration with one issuer; `more` stands below it. */
const issuer = (keys: string, more = ''): string =>
  `version: 1\nissuers: [{ name: main, ${REMOTE}, keys: { ${keys} } }]\n${more}`

/** The files that a configuration with these others is warned of, by name. */
async function warnedOf(
  files: Readonly<Record<string, readonly [text: string, mode: number]>>,
  directoryMode = 0o755,
): Promise<readonly string[]> {
  const outer = createTempDir(cleanup)
  chmodSync(outer, 0o755)
  const directory = join(outer, 'etc')
  mkdirSync(directory)
  for (const [name, [text, mode]] of Object.entries(files)) {
    writeFileSync(join(directory, name), text)
    chmodSync(join(directory, name), mode)
  }
  chmodSync(directory, directoryMode)
  const config = Object.keys(files)[0] ?? ''
  const loaded = await loadInstance(join(directory, config), systemKeyDeps)
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error.diagnostics))
  loaded.value.close()
  const found = loaded.value.warnings.filter(({ code }) => code === 'WARN_CONFIG_SECRET_READABLE')
  return found.map(({ message, hints }) => {
    const name = /etc\/([^"]+)"$/.exec(message)?.[1] ?? message
    expect(hints[0]).toBe(`chmod o-r '${join(directory, name)}'`)
    return name
  })
}

type Files = Parameters<typeof warnedOf>[0]

const CASES: readonly (readonly [what: string, files: Files, warned: readonly string[]])[] = [
  ['the configuration with a secret in it', { 'w.yaml': [issuer(`secret: "${SECRET}"`), 0o644] }, ['w.yaml']],
  ['the same for its group', { 'w.yaml': [issuer(`secret: "${SECRET}"`), 0o640] }, []],
  ['a configuration without a secret', { 'w.yaml': [issuer('jwks_url: "https://a.invalid/"'), 0o644] }, []],
  [
    'the file that holds the secret',
    { 'w.yaml': [issuer('secret: "${file:hmac}"'), 0o644], hmac: [SECRET, 0o644] },
    ['hmac'],
  ],
  [
    'the files of a list of secrets and a set of shared secrets',
    {
      'w.yaml': [
        issuer('').replace(
          '{  }',
          '[{ secret: ["${file:old}", { value: "${file:new}" }] }, { jwks_file: set, allow_symmetric: true }]',
        ),
        0o644,
      ],
      old: [SECRET, 0o644],
      new: [SECRET, 0o644],
      set: [JSON.stringify({ keys: [{ kty: 'oct', k: 'A'.repeat(43) }] }), 0o644],
    },
    ['old', 'new', 'set'],
  ],
  [
    'the file and the configuration that holds the rest of it',
    { 'w.yaml': [issuer('secret: "abc${file:hmac}"'), 0o644], hmac: [SECRET, 0o604] },
    ['hmac', 'w.yaml'],
  ],
  [
    'that file, to one user',
    { 'w.yaml': [issuer('secret: "${file:hmac}"'), 0o644], hmac: [SECRET, 0o600] },
    [],
  ],
  [
    'a file that is no secret',
    {
      'w.yaml': [issuer('secret: "${file:hmac}"', 'realm: "${file:realm}"\n'), 0o644],
      hmac: [SECRET, 0o600],
      realm: ['r', 0o644],
    },
    [],
  ],
  [
    'a header for the issuer and its bearer file',
    {
      'w.yaml': [
        issuer('jwks_url: "https://a.invalid/", headers: { X-Key: "${file:key}" }, bearer_file: bearer'),
        0o644,
      ],
      key: ['k', 0o644],
      bearer: ['b', 0o644],
    },
    ['key', 'bearer'],
  ],
  [
    'the private key of a client, not its certificate',
    {
      'w.yaml': [
        issuer('jwks_url: "https://a.invalid/", client_cert_file: c.crt, client_key_file: c.key'),
        0o644,
      ],
      'c.crt': ['', 0o644],
      'c.key': ['', 0o644],
    },
    ['c.key'],
  ],
  [
    'a users file, once for all routes',
    {
      'w.yaml': [
        `version: 1
listen: { gateway: 127.0.0.1:0 }
upstreams: { a: { servers: ["http://127.0.0.1:1"] } }
routes:
  - { name: a, match: { path: /a }, basic_auth: { users_file: users }, upstream: a }
  - { name: b, match: { path: /b }, basic_auth: { users_file: users }, upstream: a }
`,
        0o644,
      ],
      users: [`alice:${HASH}\n`, 0o644],
    },
    ['users'],
  ],
  [
    'a configuration of jwtauthrequest',
    {
      'config.json': [
        JSON.stringify({
          'listen-port': ':0',
          clients: [{ name: 'a', endpoints: ['/a'], 'allowed-algo': ['HS256'], HMAC: SECRET }],
        }),
        0o644,
      ],
    },
    ['config.json'],
  ],
]

describe('a file that everybody may read', () => {
  for (const [what, files, warned] of CASES)
    it(`is ${warned.length > 0 ? 'a' : 'no'} warning: ${what}`, async () =>
      expect([...(await warnedOf(files))].toSorted()).toEqual([...warned].toSorted()))

  it('is no warning in a directory that others cannot enter', async () =>
    expect(await warnedOf({ 'w.yaml': [issuer(`secret: "${SECRET}"`), 0o644] }, 0o750)).toEqual([]))
})
