/** Starts the real OpenID provider as a process of its own, and gets tokens from it. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startProgram, type ChildProgram } from './child-program.ts'
import type { Cleanup } from './cleanup.ts'
import type { SigningJwk } from './provider-handler.ts'
import { requestToken } from './request-token.ts'
import { createTempDir } from './temp-dir.ts'

export interface OidcProvider {
  /** As in its metadata and its tokens. */
  readonly issuer: string
  readonly program: ChildProgram
  /** An access token by the client credentials grant. */
  token(scope: string, resource: string): Promise<string>
  /** Signs with a new key from now on. The last one stays in the set if `overlap` is true. */
  rotate(overlap: boolean): Promise<void>
}

export interface ProviderOptions {
  readonly port: number
  /** All are published; the first signs. */
  readonly keys: readonly [SigningJwk, ...SigningJwk[]]
}

/** @param options Default: a free port, and one RSA key `live-1`. */
export async function startOidcProvider(cleanup: Cleanup, options?: ProviderOptions): Promise<OidcProvider> {
  const main = join(import.meta.dir, 'oidc-provider-main.ts')
  const program = startProgram([process.execPath, main, ...toArguments(options, cleanup)])
  cleanup.add(() => program.stop())
  const issuer = await program.ready('its issuer', () => /^issuer (\S+)$/m.exec(program.output())?.[1])
  return {
    issuer,
    program,
    token: (scope, resource) => requestToken(issuer, scope, resource),
    async rotate(overlap) {
      await fetch(`${issuer}/test-rotate?overlap=${overlap}`, { method: 'POST' })
    },
  }
}

function toArguments(options: ProviderOptions | undefined, cleanup: Cleanup): readonly string[] {
  if (options === undefined) return []
  const file = join(createTempDir(cleanup), 'keys.json')
  writeFileSync(file, JSON.stringify(options.keys), { mode: 0o600 })
  return [String(options.port), file]
}
