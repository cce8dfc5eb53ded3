/**
 * Each file below test/golden/callers/DIALECT is one conversation: the request as it arrives at the decision
 * listener, ten dashes, the decision, ten dashes, the answer. `{good}` stands for a token, see TOKENS.
 *
 * UPDATE_GOLDEN=1 writes decisions and answers anew; read the difference before you keep it.
 */
import { describe, expect, it } from 'bun:test'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import type { ArrivedRequest, Caller, CallerAnswer } from '../../src/callers/caller.ts'
import { DIALECTS, FOREIGN_CALLERS, TOKEN_CALLER } from '../../src/callers/callers.ts'
import { denyUnread } from '../../src/decision/decide.ts'
import { parseHost } from '../../src/syntax/parse-host.ts'
import { detailOf } from '../support/denials.ts'
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
} from '../support/make-guard.ts'
import { mint, mintHmac } from '../support/tokens.ts'

const TOKENS: Readonly<Record<string, string>> = {
  good: mint({ claims: { scope: 'orders:read', roles: ['clerk', 'a,b'], name: 'Zoë' } }),
  'no-scope': mint(),
  expired: mint({ claims: { exp: 1 } }),
  stranger: mint({ claims: { iss: 'https://other.example' } }),
  hmac: mintHmac({ claims: { scope: 'orders:read' } }),
}

const header = (name: string, claim: string) =>
  ({ name, claim, arrays: 'csv', encoding: 'percent', maxBytes: 4096 }) as const
const identity = [
  header('X-Auth-Subject', 'sub'),
  header('X-Auth-Roles', 'roles'),
  header('X-Auth-Name', 'name'),
]
const guard = makeGuard({
  policies: [
    policySettings({ name: 'orders-read', scope: ['orders:read'], identity }),
    policySettings({
      name: 'jwtauthrequest',
      tokenSources: [
        { kind: 'header', name: 'authorization', trimPrefix: 'Bearer ' },
        { kind: 'query', name: 'token' },
      ],
    }),
  ],
  routes: [
    routeSettings({ name: 'health', path: ['/healthz'], access: { kind: 'public' } }),
    routeSettings({ name: 'internal', path: ['/internal/**'], access: { kind: 'deny' } }),
    routeSettings({
      name: 'read',
      host: ['api.example.com'],
      path: ['/orders/**'],
      method: ['GET', 'HEAD'],
      access: { kind: 'policy', policy: 'orders-read' },
    }),
  ],
  tokenSources: [BEARER, { kind: 'websocket_protocol', name: 'access_token' }],
})
const decide = decideOf(guard)

// Where the server names no policy, the routes are asked; the others come without an original request.
const CALLERS: Readonly<Record<string, { readonly caller: Caller; readonly policy: string | undefined }>> = {
  ...Object.fromEntries(DIALECTS.map((caller) => [caller.name, { caller, policy: undefined }])),
  token: { caller: TOKEN_CALLER, policy: 'orders-read' },
  jwtauthrequest: { caller: FOREIGN_CALLERS.jwtauthrequest, policy: 'jwtauthrequest' },
}

const SEPARATOR = '\n----------\n'

for (const [dialect, { caller, policy }] of Object.entries(CALLERS)) {
  const folder = new URL(`../golden/callers/${dialect}/`, import.meta.url)
  describe(`the ${dialect} dialect`, () => {
    const files = readdirSync(folder).filter((file) => file.endsWith('.txt'))
    it('has golden files', () => expect(files.length).toBeGreaterThan(3))
    for (const file of files) {
      it(`answers as in ${file}`, async () => {
        const golden = readFileSync(new URL(file, folder), 'utf8')
        const [requestText = ''] = golden.split(SEPARATOR)
        const { decision, answer } = await converse(caller, policy, parseRequest(requestText))
        const now = [requestText, JSON.stringify(readable(decision), null, 2), renderText(answer)].join(
          SEPARATOR,
        )
        if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(new URL(file, folder), now)
        else expect(now).toBe(golden)
      })
    }
  })
}

/** A decision with the facts of its denial as people read them, without the clock of the tests. */
const readable = ({ atSeconds: _atSeconds, ...decision }: Decision): object =>
  Object.fromEntries(
    Object.entries(decision).map(([key, value]) =>
      key === 'denial' ? ['detail', detailOf(decision)] : [key, value],
    ),
  )

async function converse(
  caller: Caller,
  policy: string | undefined,
  arrived: ArrivedRequest,
): Promise<{ decision: Decision; answer: CallerAnswer }> {
  const parsed = caller.parse(arrived)
  const decision = !parsed.ok
    ? denyUnread(guard, parsed.error, ID)
    : policy === undefined
      ? await ask(decide, parsed.value)
      : await decide({ request: parsed.value, policy: guard.policies.get(policy) })
  return { decision, answer: caller.render(decision, guard.identityNames) }
}

function parseRequest(text: string): ArrivedRequest {
  const filled = text
    .trimEnd()
    .replaceAll(/\{([a-z-]+)\}/g, (_all, name: string) => TOKENS[name] ?? 'unknown-placeholder')
  const [line = '', ...fields] = filled.split('\n')
  const [method = '', target = ''] = line.split(' ')
  const pairs = fields.map((field) => {
    const colon = field.indexOf(':')
    return [field.slice(0, colon), field.slice(colon + 1).trim()] as const
  })
  const [, path = '', query] = /^([^?]*)(?:\?(.*))?$/.exec(target) ?? []
  const headers = headersOf(pairs)
  return { method, path, query, host: parseHost(headers.get('host') ?? '') ?? '', headers }
}

function renderText({ status, lines, body }: CallerAnswer): string {
  const fields = lines
    .split('\r\n')
    .slice(0, -1)
    .map((line) => line.trimEnd())
  return `${[`${status}`, ...fields].join('\n')}\n${body === '' ? '' : `\n${body}`}`
}
