/** Holes of a guard for tokens and fields. */
import { CONFIG } from '../run-service.ts'
import { bearer, hasToken, isAt, TOKEN, type Leak } from './leak.ts'
import { denial, type GuardedRequest } from './leaky-guard.ts'

const [HEADER = '', PAYLOAD = '', SIGNATURE = ''] = TOKEN.split('.')

const partsOf = (request: GuardedRequest): readonly string[] => bearer(request).split('.')
const algOf = (request: GuardedRequest): unknown => {
  try {
    return (JSON.parse(Buffer.from(partsOf(request)[0] ?? '', 'base64url').toString()) as { alg: unknown })
      .alg
  } catch {
    return undefined
  }
}
const isFolded =
  (pattern: RegExp) =>
  (name: string): boolean =>
    pattern.test(name)

/** Passes on one field. */
const passing = (field: string, probe: string): Leak => ({
  name: `passes on ${field}`,
  hole: { passes: (name) => name.toLowerCase() === field.toLowerCase() },
  fails: [probe],
})
/** Whether `Connection` names a field. */
const names =
  (field: string) =>
  (one: GuardedRequest): boolean =>
    one.values('connection').join().toLowerCase().includes(field)

/** One hole each. */
export const FIELD_LEAKS: readonly Leak[] = [
  passing('X-Method-Override', 'override-method'),
  passing('X-Original-URI', 'override-target'),
  passing('X-Forwarded-Host', 'override-host'),
  passing('X-Forwarded-Proto', 'override-scheme'),
  passing('X-Forwarded-For', 'override-address'),
  passing('X-SSL-Client-Verify', 'override-certificate'),
  passing('X_Forwarded_For', 'override-underscore'),
  {
    name: 'removes the identity that Connection names',
    hole: { identity: (one) => (names('x-auth-subject')(one) ? undefined : 'alice') },
    fails: ['connection-identity'],
  },
  {
    name: 'sets no identity when Connection names Authorization',
    hole: { identity: (one) => (names('authorization')(one) ? undefined : 'alice') },
    fails: ['connection-authorization'],
  },
  {
    name: 'with the token, passes methods that no route names',
    hole: { allows: (one) => hasToken(one) && one.method === 'DOCTOR' },
    configText: CONFIG.replace(/^ *- \{ name: write, match.*\n/m, ''),
    fails: ['method-judged'],
  },
  {
    name: 'passes POST without a token',
    hole: { allows: ({ method }) => method === 'POST' },
    fails: ['no-token', 'desync', 'two-framings'],
  },
  {
    name: 'passes HEAD without a token',
    hole: { allows: ({ method }) => method === 'HEAD' },
    fails: ['no-token'],
  },
  {
    name: 'passes Basic credentials',
    hole: { allows: (one) => one.values('authorization').join().startsWith('Basic ') },
    fails: ['no-token'],
  },
  {
    name: 'passes any word as a token',
    hole: {
      allows: (one) =>
        isAt(/^\/orders\/1$/)(one) && bearer(one) === 'garbage' && one.values('authorization').length === 1,
    },
    fails: ['garbage-token'],
  },
  {
    name: 'passes tokens without a signature',
    hole: { allows: (one) => isAt(/^\/orders\/1$/)(one) && partsOf(one)[2] === '' },
    fails: ['unsigned-token', 'tampered-token'],
  },
  {
    name: 'passes `alg: nOnE`',
    hole: { allows: (one) => isAt(/^\/orders\/1$/)(one) && algOf(one) === 'nOnE' },
    fails: ['unsigned-token'],
  },
  {
    name: 'does not check signatures of tokens that have one',
    hole: {
      allows: (one) => isAt(/^\/orders\/1$/)(one) && partsOf(one).length === 3 && algOf(one) === 'HS256',
    },
    fails: ['made-up-token', 'tampered-token'],
  },
  {
    name: 'checks the signature alone, whatever it signs',
    hole: {
      allows: (one) =>
        isAt(/^\/orders\/1$/)(one) && partsOf(one)[2] === SIGNATURE && partsOf(one)[0] === HEADER,
    },
    fails: ['tampered-token'],
  },
  {
    name: 'checks what is signed alone',
    hole: {
      allows: (one) =>
        isAt(/^\/orders\/1$/)(one) && partsOf(one)[0] === HEADER && partsOf(one)[1] === PAYLOAD,
    },
    fails: ['tampered-token'],
  },
  {
    name: 'judges one of two tokens and passes on both',
    hole: {
      allows: (one) => isAt(/^\/orders\/1$/)(one) && one.values('host').length === 1 && hasToken(one),
      passes: (name) => /^authorization$/i.test(name),
    },
    fails: ['two-tokens'],
  },
  {
    name: 'passes on identity in lower case',
    hole: { passes: isFolded(/^x-auth-(?:subject|roles)$/) },
    fails: ['identity'],
  },
  {
    name: 'passes on identity with one underscore',
    hole: { passes: isFolded(/^X-Auth_Subject$/) },
    fails: ['identity-underscore'],
  },
  {
    name: 'passes on identity with dots',
    hole: { passes: isFolded(/^x\.auth\.subject$/i) },
    fails: ['identity-dot'],
  },
  {
    name: 'passes on Remote-User',
    hole: { passes: isFolded(/^remote-user$/i) },
    fails: ['identity-of-others'],
  },
  { name: 'passes on Proxy', hole: { passes: isFolded(/^proxy$/i) }, fails: ['proxy-fields'] },
  {
    name: 'judges the path that the client claims',
    hole: {
      answers: (one) =>
        one.values('x-forwarded-uri').length > 0 && !hasToken(one) ? denial('path_ambiguous') : undefined,
    },
    fails: ['origin-fields'],
  },
  {
    name: 'judges the path that the client claims with underscores',
    hole: {
      answers: (one) =>
        one.values('x_original_url').length > 0 && !hasToken(one) ? denial('path_ambiguous') : undefined,
    },
    fails: ['origin-fields'],
  },
]
