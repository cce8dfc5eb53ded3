/** Requests as nginx sends them, against a guard with a public, an admin and a catch-all route. */
import { nginxDialect } from '../../src/callers/nginx/dialect.ts'
import { denyUnread } from '../../src/decision/decide.ts'
import type { Decision } from '../../src/decision/decision.ts'
import {
  BEARER,
  ID,
  ask,
  decideOf,
  headersOf,
  makeGuard,
  policySettings,
  routeSettings,
} from './make-guard.ts'
import { mint } from './tokens.ts'

export type Headers = readonly (readonly [string, string])[]

const guard = makeGuard({
  tokenSources: [BEARER, { kind: 'cookie', name: 'access_token' }, { kind: 'query', name: 'access_token' }],
  policies: [policySettings(), policySettings({ name: 'admin', scope: ['admin'] })],
  routes: [
    routeSettings({ name: 'public', path: ['/public/**'], access: { kind: 'public' } }),
    routeSettings({
      name: 'admin',
      host: ['api.example.com', '*.api.example.com'],
      path: ['/admin/**'],
      access: { kind: 'policy', policy: 'admin' },
    }),
    routeSettings({ name: 'rest', host: ['api.example.com', '*.api.example.com'] }),
  ],
})
const decide = decideOf(guard)
/** A good token without the scope `admin`. */
export const TOKEN: Headers = [['Authorization', `Bearer ${mint()}`]]

/** What Warder answers nginx for these headers, of which the first two come from nginx. */
export function judge(headers: Headers): Promise<Decision> | Decision {
  const parsed = nginxDialect.parse({
    method: 'GET',
    path: '/v1/auth/nginx',
    query: undefined,
    host: 'warder',
    headers: headersOf(headers),
  })
  return parsed.ok ? ask(decide, parsed.value) : denyUnread(guard, parsed.error, ID)
}

/** The same, where nginx names this URL. */
export const judgeUrl = async (url: string, more: Headers = TOKEN): Promise<Decision> =>
  judge([['X-Original-Method', 'GET'], ['X-Original-URL', url], ...more])
