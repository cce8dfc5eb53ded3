import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import {
  createKeycloakJudge,
  KEYCLOAK_CASES,
  type KeycloakJudge,
  type KeycloakTokens,
} from '../support/keycloak-cases.ts'

interface Recording {
  readonly url: string
  readonly nowMs: number
  readonly metadata: { readonly issuer: string; readonly jwks_uri: string }
  readonly jwks: unknown
  readonly tokens: KeycloakTokens
}

// Documents and tokens of Keycloak 26.4.0, recorded by the live test.
const recording = JSON.parse(
  readFileSync(new URL('../golden/keycloak.json', import.meta.url), 'utf8'),
) as Recording
const { url, nowMs, metadata, tokens } = recording

/** The recorded Keycloak. */
const answer = async (input: unknown): Promise<Response> => {
  const asked = input instanceof Request ? input.url : String(input)
  if (asked === `${metadata.issuer}/.well-known/openid-configuration`) return Response.json(metadata)
  return asked === metadata.jwks_uri ? Response.json(recording.jwks) : new Response('', { status: 404 })
}

describe('the keycloak preset judges what a Keycloak issued', () => {
  // A second after the first token, as if it had just come.
  const deps = { nowMs: () => nowMs + 1_000, fetch: answer }
  let judge: KeycloakJudge
  beforeAll(async () => {
    judge = await createKeycloakJudge(url, deps)
  })
  afterAll(() => judge.close())

  for (const [kind, expected] of KEYCLOAK_CASES)
    it(`${kind}: ${expected.reason}`, async () =>
      expect(await judge.judge(tokens[kind])).toMatchObject(expected))

  for (const [kind, cause] of [
    ['ID token', 'id_token'],
    ['refresh token', 'refresh_token'],
    ['logout token', 'logout_token'],
  ] as const)
    it(`denies its ${kind} even if the client is the audience`, async () => {
      const lax = await createKeycloakJudge(url, deps, 'web')
      const { reason, cause: found } = await lax.judge(tokens[kind])
      lax.close()
      expect([reason, found]).not.toContain('ok')
      expect(found).toBe(cause)
    })
})
