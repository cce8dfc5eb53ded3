/** What auth services answer, answered without them; recorded by test/live/auth-service-*.test.ts. */
import { afterAll, beforeAll, describe, it } from 'bun:test'
import { startAuthSite, type AuthSite } from '../../../support/auth-site.ts'
import { expectTranscript, recordedCases, recordTranscript } from '../../../support/auth-transcript.ts'
import { createCleanup } from '../../../support/live/cleanup.ts'
import type { HttpMessage } from '../../../support/live/http-message.ts'
import { startRawUpstream, type RawUpstream } from '../../../support/run-gateway.ts'

/** Name of the recordings → heading in docs/gateway.md, address of the service there, what the application gets. */
const SERVICES: Readonly<Record<string, readonly [heading: string, address: string, granted: string[]]>> = {
  // Not recorded, but written down from the authz handlers of Authelia 4.39 and their default endpoints.
  authelia: [
    'Authelia',
    'http://127.0.0.1:9091',
    ['Remote-User', 'Remote-Groups', 'Remote-Name', 'Remote-Email', 'Remote_User'],
  ],
  nginx: ['A service for nginx', 'http://127.0.0.1:4000', ['X-Auth-User', 'X-Auth-Roles', 'X_Auth_User']],
  'oauth2-proxy': [
    'oauth2-proxy',
    'http://127.0.0.1:4180',
    ['X-Auth-Request-User', 'X-Auth-Request-Email', 'X-Auth-Request-Groups', 'x_auth_request_email'],
  ],
  warder: ['Another Warder', 'http://127.0.0.1:9180', ['X-Auth-Subject', 'X-Auth-Roles', 'X_Auth_Roles']],
}

for (const [service, [heading, address, granted]] of Object.entries(SERVICES)) {
  describe(`forward_auth with the recorded answers of ${service}`, () => {
    const cleanup = createCleanup()
    let site: AuthSite
    let auth: RawUpstream
    let answer = ''
    beforeAll(async () => {
      auth = await startRawUpstream(cleanup, (_, socket) => void socket.write(answer))
      site = await startAuthSite(cleanup, heading, { [address]: auth.url })
    })
    afterAll(() => cleanup.run())

    for (const recorded of recordedCases(service)) {
      it(recorded.name, async () => {
        answer = recorded.answer
        const exchange = (): { readonly question: HttpMessage; readonly answer: HttpMessage } | undefined => {
          const question = auth.received.at(-1)
          return question === undefined ? undefined : { question, answer: recorded.message }
        }
        const text = await recordTranscript(site, recorded.request, exchange, granted, {
          [`127.0.0.1:${auth.port}`]: '{service}',
        })
        expectTranscript(service, recorded.name, text)
      })
    }
  })
}
