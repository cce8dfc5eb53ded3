import { describe, expect, it } from 'bun:test'
import { describeBroken, issuer } from './broken-cases.ts'
import type { Case } from './broken-cases.ts'
import { ISSUER, loadBad } from './load-text.ts'

const SYNTAX: readonly Case[] = [
  ['an empty file', '', 'ERR_CONFIG_EMPTY', '-', 'version: 1'],
  ['comments alone', '# nothing\n', 'ERR_CONFIG_EMPTY', '-', 'version: 1'],
  ['an open bracket', 'version: 1\nissuers: [\n', 'ERR_CONFIG_SYNTAX', '3:1', ']'],
  ['a tab for indentation', 'version: 1\nissuers:\n\t- a\n', 'ERR_CONFIG_SYNTAX', '3:1', 'spaces'],
  ['a wrong indentation', 'version: 1\n  issuers: 2\n', 'ERR_CONFIG_SYNTAX', '1:10', 'indented'],
  ['an open quote', 'version: 1\nrealm: "a\n', 'ERR_CONFIG_SYNTAX', '3:1', 'quote'],
  ['a key twice', 'version: 1\nversion: 1\n', 'ERR_CONFIG_DUPLICATE_KEY', '2:1', 'remove one of the two'],
  [
    'a key twice in JSON',
    '{"version": 1, "version": 1}',
    'ERR_CONFIG_DUPLICATE_KEY',
    '1:16',
    'remove one of the two',
  ],
  ['a key that is a number', 'version: 1\n2: x\n', 'ERR_CONFIG_KEY', '2:1', 'quotes'],
  ['the key __proto__', 'version: 1\n__proto__: { a: 1 }\n', 'ERR_CONFIG_KEY', '2:1', '__proto__'],
  ['a binary tag', 'version: 1\nrealm: !!binary aGk=\n', 'ERR_CONFIG_TAG', '2:17', 'without a tag'],
  ['a tag of ones own', 'version: 1\nrealm: !env HOME\n', 'ERR_CONFIG_TAG', '2:13', 'without a tag'],
  ['an unknown alias', 'version: 1\nrealm: *nobody\n', 'ERR_CONFIG_ALIAS', '2:8', 'nobody'],
  ['an alias inside itself', 'version: 1\nissuers: &a [*a]\n', 'ERR_CONFIG_ALIAS', '2:14', 'itself'],
  ['two documents', 'version: 1\n---\nversion: 1\n', 'ERR_CONFIG_MULTIPLE_DOCUMENTS', '2:1', '---'],
  ['a list', '- version: 1\n', 'ERR_CONFIG_NOT_A_MAP', '1:1', 'map'],
  ['a word', 'hello\n', 'ERR_CONFIG_NOT_A_MAP', '1:1', 'map'],
]

const VARIABLES: readonly Case[] = [
  [
    'a variable that is not set',
    `${ISSUER}realm: \${REALM}\n`,
    'ERR_CONFIG_VARIABLE_UNSET',
    '6:8',
    '${REALM:-…}',
  ],
  [
    'a variable misspelt',
    `${ISSUER}realm: \${HOEM}\n`,
    'ERR_CONFIG_VARIABLE_UNSET',
    '6:8',
    'did you mean "HOME"?',
  ],
  ['an open brace', `${ISSUER}realm: "\${HOME"\n`, 'ERR_CONFIG_VARIABLE_SYNTAX', '6:8', '$${'],
  [
    'a variable with a bad name',
    `${ISSUER}realm: \${MY-REALM}\n`,
    'ERR_CONFIG_VARIABLE_SYNTAX',
    '6:8',
    '${NAME}',
  ],
  [
    'a file that is not there',
    `${ISSUER}realm: \${file:realm.txt}\n`,
    'ERR_CONFIG_VARIABLE_FILE',
    '6:8',
    '/etc/warder/realm.txt',
  ],
  [
    'a default for a secret',
    issuer('keys: { secret: "${HMAC:-changeme}" }'),
    'ERR_CONFIG_SECRET_DEFAULT',
    '5:21',
    'without a default',
  ],
  [
    'an unset secret',
    issuer('keys: { secret: "${HMAC}" }'),
    'ERR_CONFIG_VARIABLE_UNSET',
    '5:21',
    '${file:/run/secrets/hmac}',
  ],
]

describeBroken('text that is no configuration', SYNTAX)
describeBroken('a reference that cannot be filled in', VARIABLES)

describe('several mistakes', () => {
  it('are all reported at once, sorted by position', async () => {
    const { diagnostics } = await loadBad(`version: 1
realm: \${NOWHERE}
issuers:
  - issuer: http://idp.example.com
    audiance: a
  - issuer: http://idp.example.com
    audience: a
    algorithms: [RS256, HS256]
policies:
  p: { scope: [], identity: { Host: sub } }
routes:
  - { match: { path: a }, policy: p }
  - { match: { path: /a }, policy: q }
listen: { admin: ":1" }
`)
    expect(diagnostics.map(({ code, position }) => `${position?.line} ${code}`)).toEqual([
      '2 ERR_CONFIG_VARIABLE_UNSET',
      '5 ERR_CONFIG_UNKNOWN_KEY',
      '6 ERR_CONFIG_URL_INSECURE',
      '8 ERR_CONFIG_ALGORITHMS_MIXED',
      '10 ERR_CONFIG_EMPTY_LIST',
      '10 ERR_CONFIG_HEADER',
      '12 ERR_CONFIG_PATH',
      '13 ERR_CONFIG_UNKNOWN_POLICY',
      '14 ERR_CONFIG_ADMIN_EXPOSED',
    ])
  })

  it('are all reported when the syntax is broken in several lines', async () => {
    const { diagnostics } = await loadBad('a: "\\q"\nb: "\\w"\nc: `x`\n')
    expect(diagnostics.map(({ code, position }) => `${position?.line} ${code}`)).toEqual([
      '1 ERR_CONFIG_SYNTAX',
      '2 ERR_CONFIG_SYNTAX',
      '3 ERR_CONFIG_SYNTAX',
    ])
  })
})
