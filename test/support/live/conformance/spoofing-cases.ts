/** Cases of a client that claims to be somebody else, or to ask for something else. */
import { OVERRIDE_FIELDS, PROXY_FIELDS } from '../../../../src/syntax/override-fields.ts'
import { allowed, denied, orders, publicPath, READER, type Fields, type Row } from './conformance-case.ts'
import { PLANTED } from './outcome.ts'

const SPELLINGS: readonly (readonly [how: string, fields: Fields])[] = [
  ['as it is configured', [['X-Auth-Subject', PLANTED]]],
  ['in lower case', [['x-auth-subject', PLANTED]]],
  ['with underscores', [['X_Auth_Subject', PLANTED]]],
  ['with dots', [['X.Auth.Subject', PLANTED]]],
  [
    'twice',
    [
      ['X-Auth-Subject', PLANTED],
      ['x-auth-subject', PLANTED],
    ],
  ],
  [
    'named in `Connection`',
    [
      ['X-Auth-Subject', PLANTED],
      ['Connection', 'close, X-Auth-Subject'],
    ],
  ],
]
/** A proxy may refuse the request instead. */
const SPOOFED: readonly Row[] = SPELLINGS.flatMap(([how, fields]): readonly Row[] => [
  [`an identity header of the client, ${how}`, orders(fields), allowed('alice'), READER],
  [`the same on a public route, ${how}`, publicPath(fields), allowed(undefined)],
])

const OVERRIDES = [...OVERRIDE_FIELDS.map(({ name }) => name), ...PROXY_FIELDS]
const planted = (names: readonly string[]): Fields => names.map((name) => [name, PLANTED])
/** So that one request stays below the limit of fields of every proxy. */
const PER_REQUEST = 50
const overrides = (how: string, spell: (name: string) => string): readonly Row[] => {
  const parts = Math.ceil(OVERRIDES.length / PER_REQUEST)
  return Array.from({ length: parts }, (_, part): Row => {
    const names = OVERRIDES.slice(part * PER_REQUEST, (part + 1) * PER_REQUEST)
    const title = `fields that describe another request, ${how} (${part + 1} of ${parts})`
    return [title, orders(planted(names.map(spell))), allowed('alice'), READER]
  })
}

const ORIGINS: readonly Row[] = [
  [
    '`X-Original-URL` of the client',
    {
      target: '/closed/1',
      headers: [
        ['X-Original-URL', 'http://api.example.com/orders/1'],
        ['X-Original-Method', 'GET'],
      ],
    },
    denied(403, 'route_denied'),
    READER,
  ],
  [
    '`X-Forwarded-Uri` of the client',
    {
      target: '/closed/1',
      headers: [
        ['X-Forwarded-Uri', '/orders/1'],
        ['X-Forwarded-Host', 'api.example.com'],
      ],
    },
    denied(403, 'route_denied'),
    READER,
  ],
  [
    '`X-Forwarded-Uri` with underscores',
    { target: '/closed/1', headers: [['X_Forwarded_Uri', '/orders/1']] },
    denied(403, 'route_denied'),
    READER,
  ],
  [
    '`X-Forwarded-Method` of the client',
    { method: 'DELETE', target: '/items/1', headers: [['X-Forwarded-Method', 'GET']] },
    denied(403, 'scope_missing'),
    READER,
  ],
  [
    '`X-HTTP-Method-Override`',
    { method: 'DELETE', target: '/items/1', headers: [['X-HTTP-Method-Override', 'GET']] },
    denied(403, 'scope_missing'),
    READER,
  ],
  [
    '`Connection` that names the fields of the question',
    {
      target: '/closed/1',
      headers: [['Connection', 'close, X-Forwarded-Uri, X-Original-URL, X-Forwarded-Method']],
    },
    denied(403, 'route_denied'),
    READER,
  ],
  [
    'a policy in the query',
    { target: '/closed/1?policy=read&uri=/orders/1' },
    denied(403, 'route_denied'),
    READER,
  ],
]

export const SPOOFING_CASES: readonly Row[] = [
  ...SPOOFED,
  ...overrides('as they are usually written', (name) => name),
  ...overrides('with underscores', (name) => name.replaceAll('-', '_')),
  ...overrides('with dots', (name) => name.replaceAll('-', '.')),
  ...ORIGINS,
]
