import { describeBroken, issuer, secret } from './broken-cases.ts'
import type { Case } from './broken-cases.ts'
import { ISSUER } from './load-text.ts'

const KEYS: readonly Case[] = [
  [
    'two key sources',
    issuer('keys: { jwks_url: "https://a.example/k", pem_file: k.pem }'),
    'ERR_CONFIG_EXACTLY_ONE',
    '5:46',
    'two issuers',
  ],
  [
    'keys written in two ways',
    issuer('keys: { jwks: { keys: [] }, pem: x }'),
    'ERR_CONFIG_EXACTLY_ONE',
    '5:33',
    'two issuers',
  ],
  ['no PEM at all', issuer('keys: { pem: [] }'), 'ERR_CONFIG_EMPTY_LIST', '5:18', 'at least one'],
  ['a key set that is a list', issuer('keys: { jwks: [] }'), 'ERR_CONFIG_TYPE', '5:19', ''],
  [
    'a secret option without a secret',
    issuer('keys: { encoding: hex }'),
    'ERR_CONFIG_USELESS_KEY',
    '5:13',
    'no effect',
  ],
  [
    'a fetch option for a file',
    issuer('keys: { pem_file: k.pem, refresh: 5m }'),
    'ERR_CONFIG_USELESS_KEY',
    '5:30',
    'no effect',
  ],
  [
    'HMAC and RSA in one issuer',
    issuer('algorithms: [RS256, HS256]'),
    'ERR_CONFIG_ALGORITHMS_MIXED',
    '5:17',
    'two issuers',
  ],
  [
    'HMAC with public keys',
    issuer('algorithms: [HS256]'),
    'ERR_CONFIG_ALGORITHMS_MIXED',
    '5:17',
    'discovery',
  ],
  ['RSA with a secret', secret('kid: a', 'RS256'), 'ERR_CONFIG_ALGORITHMS_MIXED', '5:17', 'shared secret'],
  [
    'an algorithm that the runtime lacks',
    issuer('algorithms: [ES256, Ed448]'),
    'ERR_CONFIG_ALGORITHM_UNSUPPORTED',
    '5:25',
    'ES256',
  ],
  ['a secret shorter than its digest', secret('kid: a', 'HS512'), 'ERR_CONFIG_SECRET_SHORT', '7:15', '64'],
  [
    'a waived secret below the floor',
    issuer('keys: { secret: short, allow_short_secret: true }'),
    'ERR_CONFIG_SECRET_SHORT',
    '5:21',
    '16 bytes',
  ],
  [
    'a secret that is not hex',
    issuer('keys: { secret: "zz", encoding: hex }'),
    'ERR_CONFIG_SECRET_ENCODING',
    '5:21',
    'hex',
  ],
  ['an unknown encoding', secret('encoding: base46'), 'ERR_CONFIG_VALUE', '8:17', 'did you mean "base64"?'],
  ['an issuer over http', ISSUER.replace('https:', 'http:'), 'ERR_CONFIG_URL_INSECURE', '4:13', 'allow_http'],
  [
    'an issuer that is no URL',
    ISSUER.replace('https://idp.example.com/realms/main', 'golang'),
    'ERR_CONFIG_URL',
    '4:13',
    'jwks_url',
  ],
  ['an issuer with a query', ISSUER.replace('/main\n', '/main?a=b\n'), 'ERR_CONFIG_URL', '4:13', 'query'],
  ['keys from a file URL', issuer('keys: { jwks_url: "file:///k" }'), 'ERR_CONFIG_URL', '5:23', 'https'],
  [
    'keys from a URL with a password',
    issuer('keys: { jwks_url: "https://a:b@c.example/" }'),
    'ERR_CONFIG_URL',
    '5:23',
    'password',
  ],
  [
    'any issuer with discovery',
    ISSUER.replace('https://idp.example.com/realms/main', 'any'),
    'ERR_CONFIG_ISSUER_ANY',
    '4:13',
    'pem_file',
  ],
]

const TOGETHER: readonly Case[] = [
  [
    'one issuer name twice',
    `${ISSUER}  - { name: main, issuer: https://b.example, audience: a }\n`,
    'ERR_CONFIG_DUPLICATE_NAME',
    '6:13',
    '"main"',
  ],
  [
    'one iss twice',
    `${ISSUER}  - { issuer: https://idp.example.com/realms/main, audience: a }\n`,
    'ERR_CONFIG_ISSUER_AMBIGUOUS',
    '6:15',
    'issuers[0]',
  ],
  [
    'one iss twice in a policy',
    `${ISSUER}  - { name: b, issuer: https://idp.example.com/realms/main, audience: a }\npolicies:\n  p: { issuers: [main, b] }\nroutes: [{ match: {}, policy: p }]\n`,
    'ERR_CONFIG_ISSUER_AMBIGUOUS',
    '6:24',
    '"p"',
  ],
  [
    'any issuer that no policy asks',
    'version: 1\nissuers:\n  - { issuer: any, audience: a, keys: { pem_file: k.pem } }\n',
    'ERR_CONFIG_ISSUER_ANY',
    '3:15',
    'policy',
  ],
  [
    'any issuer among others',
    `${ISSUER}  - { issuer: any, audience: a, keys: { pem_file: k.pem } }\n`,
    'ERR_CONFIG_ISSUER_ANY',
    '6:15',
    'alone',
  ],
  [
    'an admin listener for everyone',
    `${ISSUER}listen: { admin: ":9181" }\n`,
    'ERR_CONFIG_ADMIN_EXPOSED',
    '6:18',
    '127.0.0.1',
  ],
  [
    'an admin listener on a host name',
    `${ISSUER}listen: { admin: "admin.example:9181" }\n`,
    'ERR_CONFIG_ADMIN_EXPOSED',
    '6:18',
    'unix',
  ],
  [
    'two listeners on one address',
    `${ISSUER}listen: { decisions: "127.0.0.1:1", admin: "127.0.0.1:1" }\n`,
    'ERR_CONFIG_ADDRESS_TAKEN',
    '6:44',
    '127.0.0.1:1',
  ],
  [
    'a listener on the other’s default',
    `${ISSUER}listen: { decisions: "127.0.0.1:9181" }\n`,
    'ERR_CONFIG_ADDRESS_TAKEN',
    '6:22',
    '9181',
  ],
]

describeBroken('an issuer whose parts do not go together', KEYS)
describeBroken('a configuration whose parts do not go together', TOGETHER)
