import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createAuthorizer } from '../../src/app/create-authorizer.ts'
import { createTestIssuer } from '../../src/testing/test-issuer.ts'
import { createTestCa } from '../support/test-ca.ts'

const ca = createTestCa()
const certificate = ca.issue('localhost')
const issuer = createTestIssuer('https://idp.example')
const bearerFile = join(ca.directory, 'token')
const socketPath = join(ca.directory, 'idp.sock')

/** The API server of a cluster: no keys without credentials. */
const answer: RequestListener = (request, response) => {
  const isKnown = request.headers.authorization === 'Bearer pod-token'
  response.writeHead(isKnown ? 200 : 401).end(JSON.stringify(issuer.jwks()))
}
const cluster = createTlsServer({ cert: certificate.cert, key: certificate.key }, answer)
const socket = createServer((_, response) => response.end(JSON.stringify(issuer.jwks())))

let url = ''
beforeAll(async () => {
  writeFileSync(bearerFile, 'pod-token\n')
  await new Promise<void>((resolve) => cluster.listen(0, '127.0.0.1', resolve))
  await new Promise<void>((resolve) => socket.listen(socketPath, resolve))
  url = `https://localhost:${(cluster.address() as AddressInfo).port}/openid/v1/jwks`
})
afterAll(() => {
  for (const server of [cluster, socket]) {
    server.closeAllConnections()
    server.close()
  }
  ca.remove()
})

/** What becomes of a good token when the keys are configured like this. */
async function reasonWith(keys: string): Promise<string> {
  const text = `version: 1\nissuers: [{ issuer: "https://idp.example", audience: api, keys: { ${keys} } }]\n`
  const authorizer = await createAuthorizer({ text })
  try {
    await authorizer.started
    const token = issuer.mint({ aud: 'api', sub: 'alice' }, Date.now() / 1_000)
    const headers = new Headers({ authorization: `Bearer ${token}` })
    return (await authorizer.decide({ method: 'GET', url: 'https://api.example/', headers })).reason
  } finally {
    authorizer.close()
  }
}

describe('keys as a configuration reaches them', () => {
  const cases: readonly (readonly [what: string, keys: () => string, reason: string])[] = [
    [
      'the CA and the bearer of a cluster',
      () => `jwks_url: "${url}", ca_file: ${ca.caFile}, bearer_file: ${bearerFile}`,
      'ok',
    ],
    ['no bearer', () => `jwks_url: "${url}", ca_file: ${ca.caFile}`, 'keys_unavailable'],
    ['no CA', () => `jwks_url: "${url}", bearer_file: ${bearerFile}`, 'keys_unavailable'],
    [
      'a CA file that is absent',
      () => `jwks_url: "${url}", ca_file: ${ca.caFile}.old, bearer_file: ${bearerFile}`,
      'keys_unavailable',
    ],
    [
      'private addresses denied',
      () =>
        `jwks_url: "${url}", ca_file: ${ca.caFile}, bearer_file: ${bearerFile}, deny_private_addresses: true`,
      'keys_unavailable',
    ],
    ['a unix socket', () => `jwks_url: "http://idp.example/jwks", unix: ${socketPath}`, 'ok'],
  ]
  for (const [what, keys, reason] of cases) {
    it(`are ${reason} with ${what}`, async () => expect(await reasonWith(keys())).toBe(reason))
  }
})
