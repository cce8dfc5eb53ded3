/** Starts the real OpenID provider and gets tokens from it. */
import { join } from 'node:path'
import { startProgram, type ChildProgram } from './child-program.ts'
import type { Cleanup } from './cleanup.ts'

export interface OidcProvider {
  /** As in its metadata and its tokens. */
  readonly issuer: string
  readonly program: ChildProgram
  /** An access token by the client credentials grant. */
  token(scope: string, resource: string): Promise<string>
  /** Signs with a new key from now on. The last one stays in the set if `overlap` is true. */
  rotate(overlap: boolean): Promise<void>
}

export async function startOidcProvider(cleanup: Cleanup): Promise<OidcProvider> {
  const program = startProgram([process.execPath, join(import.meta.dir, 'oidc-provider-main.ts')])
  cleanup.add(() => program.stop())
  const issuer = await program.ready('its issuer', () => /^issuer (\S+)$/m.exec(program.output())?.[1])
  return {
    issuer,
    program,
    async token(scope, resource) {
      const { token_endpoint: endpoint } = await getJson(`${issuer}/.well-known/openid-configuration`)
      const answer = await getJson(String(endpoint), {
        method: 'POST',
        headers: { authorization: `Basic ${btoa('shop:shop-secret-of-the-live-test')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', scope, resource }),
      })
      const { access_token: token } = answer
      if (typeof token !== 'string')
        throw new Error(`no token: ${JSON.stringify(answer)}\n${program.output()}`)
      return token
    },
    async rotate(overlap) {
      await fetch(`${issuer}/test-rotate?overlap=${overlap}`, { method: 'POST' })
    },
  }
}

async function getJson(url: string, init?: RequestInit): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(url, init)
  return (await response.json()) as Readonly<Record<string, unknown>>
}
