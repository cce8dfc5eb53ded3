/** Starts the OpenID provider that logs everybody in, as a process of its own. */
import { join } from 'node:path'
import { startProgram } from './child-program.ts'
import type { Cleanup } from './cleanup.ts'

/** Its one client. */
export const LOGIN_CLIENT = { id: 'web', secret: 'web-secret-of-the-live-test' }

/** @returns Its issuer. */
export async function startLoginProvider(redirectUri: string, cleanup: Cleanup): Promise<string> {
  const main = join(import.meta.dir, 'login-provider-main.ts')
  const program = startProgram([process.execPath, main, redirectUri])
  cleanup.add(() => program.stop())
  return program.ready('its issuer', () => /^issuer (\S+)$/m.exec(program.output())?.[1])
}
