/** What becomes of each kind of token that a Keycloak issues: for the recorded ones, and for a live one. */
import { expect } from 'bun:test'
import { createAuthorizer } from '../../src/app/create-authorizer.ts'
import type { KeyDeps } from '../../src/keys/key-deps.ts'

/** The kinds, with the client that each comes from. */
export type KeycloakTokens = Readonly<Record<keyof typeof CASES, string>>

const ALICE = {
  'x-auth-roles': expect.stringMatching(/^editor,|,editor,|,editor$/),
  'x-auth-client-roles': expect.stringMatching(/^(read orders,write|write,read orders)$/),
}

const CASES = {
  access: { reason: 'ok', identity: { ...ALICE, 'x-client': 'web' } },
  'access with typ at+jwt': { reason: 'ok', identity: { ...ALICE, 'x-client': 'rfc9068' } },
  'access with ES256': { reason: 'ok', identity: { ...ALICE, 'x-client': 'es256' } },
  'access with EdDSA': { reason: 'ok', identity: { ...ALICE, 'x-client': 'eddsa' } },
  'access without mapper': { reason: 'audience_mismatch', cause: 'keycloak.audience_mapper' },
  'access of a service': { reason: 'audience_mismatch', cause: 'keycloak.audience_mapper' },
  'access, lightweight': { reason: 'audience_missing', cause: 'keycloak.lightweight' },
  'ID token': { reason: 'audience_mismatch', cause: 'id_token' },
  'refresh token': { reason: 'alg_not_allowed', cause: 'refresh_token' },
  'offline token': { reason: 'alg_not_allowed', cause: 'refresh_token' },
  'logout token': { reason: 'typ_not_allowed', cause: 'logout_token' },
} as const satisfies Readonly<Record<string, Verdict>>

interface Verdict {
  readonly reason: string
  readonly cause?: string
  /** Some of the identity headers. */
  readonly identity?: Readonly<Record<string, unknown>>
}

export const KEYCLOAK_CASES = Object.entries(CASES) as readonly (readonly [keyof KeycloakTokens, Verdict])[]

export interface JudgedToken extends Verdict {
  readonly identity: Readonly<Record<string, string>>
}

export interface KeycloakJudge {
  judge(token: string): Promise<JudgedToken>
  close(): void
}

/** @param audience Of the API; that of the audience mapper is `api://orders`. */
export async function createKeycloakJudge(
  url: string,
  deps: Partial<KeyDeps> = {},
  audience = 'api://orders',
): Promise<KeycloakJudge> {
  const authorizer = await createAuthorizer({ text: configText(url, audience), deps })
  await authorizer.started
  return {
    async judge(token) {
      const headers = new Headers({ authorization: `Bearer ${token}` })
      const request = { method: 'GET', url: 'https://api.example.com/orders/1', headers }
      // Explain makes the same decision; the service makes it without a recorder.
      const { decision, steps } = await authorizer.explain(request)
      const plain = await authorizer.decide(request)
      expect(plain.reason).toBe(decision.reason)
      const cause = steps.find(({ result }) => result === 'fail')?.likelyCause?.name
      const values = decision.outcome === 'allow' ? decision.identity : []
      const identity = Object.fromEntries(
        values.map((value, index) => [authorizer.identityNames[index] ?? '', value]),
      )
      return { reason: decision.reason, ...(cause === undefined ? {} : { cause }), identity }
    },
    close: authorizer.close,
  }
}

const configText = (url: string, audience: string): string => `\
version: 1
issuers:
  - preset: keycloak
    url: ${url}
    realm: main
    audience: ${audience}
    keys: { allow_http: true, cooldown: 1s }
policies:
  orders:
    identity:
      X-Auth-Subject: sub
      X-Auth-Roles: realm_access.roles
      X-Auth-Client-Roles: resource_access.orders.roles
      X-Client: azp
routes:
  - { match: {}, policy: orders }
`
