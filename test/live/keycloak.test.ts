/**
 * The keycloak preset against a real Keycloak, where `kc.sh` is in the `PATH`. UPDATE_GOLDEN=1 records its documents
 * and tokens for the tests that run everywhere.
 */
import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { createKeycloakJudge, KEYCLOAK_CASES, type KeycloakTokens } from '../support/keycloak-cases.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { KEYCLOAK_START_MS, startKeycloak, type Keycloak } from '../support/live/keycloak.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { waitFor } from '../support/live/loopback.ts'

const RECORDING = new URL('../golden/keycloak.json', import.meta.url)

liveSuite('the keycloak preset with a real Keycloak', ['kc.sh'], () => {
  const cleanup = createCleanup()
  let keycloak: Keycloak
  let tokens: KeycloakTokens
  beforeAll(async () => {
    keycloak = await startKeycloak(cleanup)
    const nowMs = Date.now()
    tokens = await keycloak.tokens()
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(RECORDING, await record(keycloak, tokens, nowMs))
  }, KEYCLOAK_START_MS)
  afterAll(() => cleanup.run())

  it('judges every kind of token that the realm issues', async () => {
    const judge = await createKeycloakJudge(keycloak.url)
    cleanup.add(async () => judge.close())
    for (const [kind, expected] of KEYCLOAK_CASES)
      expect([kind, await judge.judge(tokens[kind])]).toMatchObject([kind, expected])
  })

  it('follows a rotation of the signing key, and denies tokens of a key that is gone', async () => {
    const judge = await createKeycloakJudge(keycloak.url)
    cleanup.add(async () => judge.close())
    const reasonOf = async (token: string): Promise<string> => (await judge.judge(token)).reason
    const access = async (): Promise<string> => (await keycloak.login('web'))['access_token'] ?? ''
    const old = await access()
    expect(await reasonOf(old)).toBe('ok')
    await keycloak.addSigningKey(200)
    const next = await access()
    await waitFor('the new key', async () => (await reasonOf(next)) === 'ok' || undefined)
    expect(await reasonOf(old)).toBe('ok')
    await keycloak.disableOldKeys()
    await keycloak.addSigningKey(300)
    const last = await access()
    await waitFor('the last key', async () => (await reasonOf(last)) === 'ok' || undefined)
    expect([await reasonOf(old), await reasonOf(next)]).toEqual(['kid_unknown', 'ok'])
  })

  it('denies a token of the realm under another host name', async () => {
    const judge = await createKeycloakJudge(keycloak.url.replace('127.0.0.1', 'localhost'))
    cleanup.add(async () => judge.close())
    expect(await judge.judge(tokens.access)).toMatchObject({
      reason: 'issuer_unknown',
      cause: 'issuer.difference',
    })
  })
})

async function record({ url }: Keycloak, tokens: KeycloakTokens, nowMs: number): Promise<string> {
  const metadata = await fetch(`${url}/realms/main/.well-known/openid-configuration`).then((it) => it.json())
  const { jwks_uri: jwksUri } = metadata as { readonly jwks_uri: string }
  const jwks = await fetch(jwksUri).then((it) => it.json())
  return `${JSON.stringify({ url, nowMs, metadata, jwks, tokens }, undefined, 2)}\n`
}
