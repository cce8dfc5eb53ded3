import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createAuthorizer } from '../../src/app/create-authorizer.ts'
import { loadInstanceText } from '../../src/app/load-instance.ts'
import { systemKeyDeps } from '../../src/app/system.ts'
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
/** Metadata that announces its keys under another name of the same server, as kubeadm does. */
const home = createTlsServer({ cert: certificate.cert, key: certificate.key }, (_, response) => {
  response.end(JSON.stringify({ issuer: homeUrl, jwks_uri: url }))
})
let homeUrl = ''
const socket = createServer((_, response) => response.end(JSON.stringify(issuer.jwks())))

let url = ''
beforeAll(async () => {
  writeFileSync(bearerFile, 'pod-token\n')
  await new Promise<void>((resolve) => cluster.listen(0, '127.0.0.1', resolve))
  await new Promise<void>((resolve) => home.listen(0, '127.0.0.1', resolve))
  homeUrl = `https://localhost:${(home.address() as AddressInfo).port}`
  await new Promise<void>((resolve) => socket.listen(socketPath, resolve))
  url = `https://localhost:${(cluster.address() as AddressInfo).port}/openid/v1/jwks`
})
afterAll(() => {
  for (const server of [cluster, home, socket]) {
    server.closeAllConnections()
    server.close()
  }
  ca.remove()
})

/** The last error of keys that are found by discovery of `home`; empty when they were loaded. */
async function errorWith(keys: string): Promise<string> {
  const text = `version: 1\nissuers: [{ issuer: "${homeUrl}", audience: api, keys: { ${keys} } }]\n`
  const loaded = await loadInstanceText(text, 'warder.yaml', systemKeyDeps)
  if (!loaded.ok) throw new Error(loaded.error.diagnostics[0]?.message)
  await loaded.value.started
  const { lastError = '' } = loaded.value.guard.issuers[0]?.keys.status() ?? {}
  loaded.value.close()
  return lastError
}

describe('credentials and a key set on another host than its metadata', () => {
  it('are kept back, with the setting that would send them in the error', async () => {
    const error = await errorWith(`ca_file: ${ca.caFile}, bearer_file: ${bearerFile}`)
    expect(error).toContain('401')
    expect(error).toContain(`\`bearer_file\` was not sent`)
    expect(error).toContain(`send_credentials_to: ["${new URL(url).host}"]`)
  })

  it('are sent to the hosts that the operator names, and to no other', async () => {
    const common = `ca_file: ${ca.caFile}, bearer_file: ${bearerFile}, send_credentials_to: `
    expect(await errorWith(`${common}"${new URL(url).host}"`)).toBe('')
    expect(await errorWith(`${common}"localhost"`)).toContain('401')
  })

  it('are not mentioned when there are none', async () =>
    expect(await errorWith(`ca_file: ${ca.caFile}`)).not.toContain('not sent'))
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
