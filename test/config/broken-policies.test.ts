import { describeBroken } from './broken-cases.ts'
import type { Case } from './broken-cases.ts'
import { ISSUER } from './load-text.ts'

const POLICIES: readonly Case[] = [
  ['an empty scope', `${ISSUER}policies:\n  p: { scope: [] }\n`, 'ERR_CONFIG_EMPTY_LIST', '7:15', ''],
  ['a scope of spaces', `${ISSUER}policies:\n  p: { scope: " " }\n`, 'ERR_CONFIG_EMPTY_LIST', '7:15', ''],
  ['a scope with a quote', `${ISSUER}policies:\n  p: { scope: 'a"' }\n`, 'ERR_CONFIG_SCOPE', '7:15', ''],
  [
    'an empty `in`',
    `${ISSUER}policies:\n  p: { claims: { a: { in: [] } } }\n`,
    'ERR_CONFIG_EMPTY_LIST',
    '7:27',
    '',
  ],
  [
    'an empty `contains`',
    `${ISSUER}policies:\n  p: { claims: { a: { contains: [] } } }\n`,
    'ERR_CONFIG_EMPTY_LIST',
    '7:33',
    '',
  ],
  [
    'a claim rule of nothing',
    `${ISSUER}policies:\n  p: { claims: { a: {} } }\n`,
    'ERR_CONFIG_CLAIM_RULE',
    '7:21',
    'exists',
  ],
  [
    'a claim absent and equal',
    `${ISSUER}policies:\n  p: { claims: { a: { exists: false, equals: 1 } } }\n`,
    'ERR_CONFIG_CLAIM_RULE',
    '7:31',
    '',
  ],
  [
    'a claim path with an empty name',
    `${ISSUER}policies:\n  p: { claims: { a..b: 1 } }\n`,
    'ERR_CONFIG_CLAIM_PATH',
    '7:18',
    'dots',
  ],
  [
    'a number that is not exact',
    `${ISSUER}policies:\n  p: { claims: { a: 9007199254740993 } }\n`,
    'ERR_CONFIG_VALUE',
    '7:21',
    '2^53',
  ],
  [
    'an identity header with `_`',
    `${ISSUER}policies:\n  p: { identity: { X_User: sub } }\n`,
    'ERR_CONFIG_HEADER',
    '7:20',
    'letters',
  ],
  [
    'an identity header that frames',
    `${ISSUER}policies:\n  p: { identity: { content-length: sub } }\n`,
    'ERR_CONFIG_HEADER',
    '7:20',
    'X-Auth-Subject',
  ],
  [
    'an identity header of Warder',
    `${ISSUER}policies:\n  p: { identity: { X-Decision-Id: sub } }\n`,
    'ERR_CONFIG_HEADER',
    '7:20',
    '',
  ],
  [
    'one identity header in two cases',
    `${ISSUER}policies:\n  p: { identity: { X-User: sub, x-user: name } }\n`,
    'ERR_CONFIG_HEADER',
    '7:33',
    'same',
  ],
  [
    'an unknown issuer',
    `${ISSUER}policies:\n  p: { issuers: [mian] }\n`,
    'ERR_CONFIG_UNKNOWN_ISSUER',
    '7:18',
    'did you mean "main"?',
  ],
  ['no issuers', `${ISSUER}policies:\n  p: { issuers: [] }\n`, 'ERR_CONFIG_EMPTY_LIST', '7:17', ''],
  [
    'a token source without a place',
    `${ISSUER}token_sources: [{ scheme: Bearer }]\n`,
    'ERR_CONFIG_EXACTLY_ONE',
    '6:17',
    'cookie',
  ],
  [
    'a token source in two places',
    `${ISSUER}token_sources: [{ header: A, cookie: b }]\n`,
    'ERR_CONFIG_EXACTLY_ONE',
    '6:17',
    'exclude',
  ],
  [
    'a scheme in a cookie',
    `${ISSUER}token_sources: [{ cookie: a, scheme: Bearer }]\n`,
    'ERR_CONFIG_USELESS_KEY',
    '6:30',
    '',
  ],
  [
    'a scheme and a prefix',
    `${ISSUER}token_sources: [{ header: A, scheme: B, trim_prefix: C }]\n`,
    'ERR_CONFIG_EXACTLY_ONE',
    '6:41',
    '',
  ],
]

describeBroken('a policy that cannot be meant', POLICIES)
