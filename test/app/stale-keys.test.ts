import { expect, it } from 'bun:test'
import { createAuthorizer } from '../../src/app/create-authorizer.ts'
import { createTestIssuer } from '../../src/testing/test-issuer.ts'

const START_MS = 1_800_000_000_000
const TEXT = `version: 1
issuers: [{ issuer: "https://idp.example", audience: api, keys: { jwks_url: "https://idp.example/jwks" } }]
`

it('tokens of an issuer that was down for max_stale are answered with 503, cached ones too', async () => {
  const issuer = createTestIssuer('https://idp.example')
  let nowMs = START_MS
  let isUp = true
  const authorizer = await createAuthorizer({
    text: TEXT,
    deps: {
      nowMs: () => nowMs,
      fetch: () =>
        isUp ? Promise.resolve(Response.json(issuer.jwks())) : Promise.reject(new TypeError('down')),
      setTimer: () => () => undefined,
    },
  })
  await authorizer.started
  const exp = START_MS / 1_000 + 3 * 86_400
  const authorization = `Bearer ${issuer.mint({ aud: 'api', sub: 'alice', exp }, START_MS / 1_000)}`
  const reason = async (): Promise<string> =>
    (
      await authorizer.decide({
        method: 'GET',
        url: 'https://api.example/',
        headers: new Headers({ authorization }),
      })
    ).reason

  expect([await reason(), await reason()]).toEqual(['ok', 'ok'])
  isUp = false
  nowMs += 86_400_000
  expect(await reason()).toBe('ok')
  nowMs += 1
  expect(await reason()).toBe('keys_unavailable')
  isUp = true
  // Timers stand still here, as on a machine that slept: what is overdue begins with the next request.
  for (let turn = 0; turn < 1_000 && (await reason()) !== 'ok'; turn += 1) {
    nowMs += 1_000
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(await reason()).toBe('ok')
  authorizer.close()
})
