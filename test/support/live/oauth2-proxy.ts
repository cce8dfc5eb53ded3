/** A real oauth2-proxy that asks the OpenID provider of the tests. */
import { startProgram, type ChildProgram } from './child-program.ts'
import type { Cleanup } from './cleanup.ts'
import { LOGIN_CLIENT } from './login-provider.ts'
import { freePort, isListening } from './loopback.ts'

export interface OAuth2Proxy {
  readonly port: number
  readonly program: ChildProgram
}

/**
 * @param site Where browsers see the gateway.
 * @param more Further arguments.
 */
export async function startOAuth2Proxy(
  issuer: string,
  site: string,
  cleanup: Cleanup,
  more: readonly string[] = [],
): Promise<OAuth2Proxy> {
  const port = await freePort()
  const program = startProgram([
    'oauth2-proxy',
    `--http-address=127.0.0.1:${port}`,
    '--provider=oidc',
    `--oidc-issuer-url=${issuer}`,
    `--client-id=${LOGIN_CLIENT.id}`,
    `--client-secret=${LOGIN_CLIENT.secret}`,
    `--redirect-url=${site}/oauth2/callback`,
    '--scope=openid email profile offline_access',
    '--code-challenge-method=S256',
    '--cookie-secret=0123456789abcdef0123456789abcdef',
    '--cookie-secure=false',
    '--email-domain=*',
    '--upstream=static://202',
    '--reverse-proxy',
    '--trusted-proxy-ip=127.0.0.1',
    '--set-xauthrequest',
    '--skip-jwt-bearer-tokens',
    '--set-authorization-header',
    '--skip-auth-route=^/skipped/',
    ...more,
  ])
  cleanup.add(() => program.stop())
  await program.ready(`oauth2-proxy on port ${port}`, async () => (await isListening(port)) || undefined)
  return { port, program }
}
