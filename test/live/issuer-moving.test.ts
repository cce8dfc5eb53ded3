/** An issuer whose key set moves to another address, while another server answers at the old one. */
import { afterEach, describe, expect, it } from 'bun:test'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { signToken } from '../../src/testing/sign-token.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { startDnsServer } from '../support/live/dns-server.ts'
import { freePort, waitFor } from '../support/live/loopback.ts'
import { startServe } from '../support/live/serve-command.ts'
import { createTempDir } from '../support/live/temp-dir.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const [ONE, TWO] = ['127.0.0.2', '127.0.0.3']
const ISSUER = 'https://login.test/'
const TEST_MS = 120_000

/** Answers with the public half of its key, and counts how often it was asked. */
async function startKeySet(host: string, port = 0) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: host, alg: 'ES256', use: 'sig' }]
  let asked = 0
  const server: Server = createServer((_request, response) => {
    asked += 1
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }))
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(port, host, resolve))
  const close = (): void => {
    server.close()
    server.closeAllConnections()
  }
  cleanup.add(close)
  return {
    port: (server.address() as AddressInfo).port,
    token: tokenOf(privateKey, host),
    asked: () => asked,
    close,
  }
}

function tokenOf(privateKey: KeyObject, kid: string): string {
  const now = Math.floor(Date.now() / 1000)
  const claims = { iss: ISSUER, aud: 'api', sub: 'alice', iat: now, exp: now + 3_600 }
  return signToken(claims, { algorithm: 'ES256', kid, privateKey })
}

/** Warder in a mount namespace of its own, where the resolver asks the DNS server of the test. */
async function startSite() {
  const dns = await startDnsServer(cleanup)
  dns.set('keys.test', [ONE])
  const one = await startKeySet(ONE)
  const two = await startKeySet(TWO, one.port)
  const dir = createTempDir(cleanup)
  const port = await freePort()
  writeFileSync(join(dir, 'resolv.conf'), `nameserver ${dns.host}\noptions timeout:1 attempts:1\n`)
  const keys = `{ jwks_url: "http://keys.test:${one.port}/jwks", allow_http: true, refresh: 1s, min_refresh: 1s, max_refresh: 1s, cooldown: 1s }`
  writeFileSync(
    join(dir, 'warder.yaml'),
    `version: 1
issuers: [{ name: main, issuer: "${ISSUER}", audience: api, algorithms: [ES256], keys: ${keys} }]
listen: { decisions: "127.0.0.1:${port}", admin: off }
drain: 0s
`,
  )
  const script = `mount --bind '${dir}/resolv.conf' /etc/resolv.conf && exec "$@"`
  const warder = await startServe(join(dir, 'warder.yaml'), port, cleanup, {
    inside: ['unshare', '-m', 'sh', '-c', script, 'sh'],
  })
  const status = async (token: string): Promise<number> => {
    const headers = {
      authorization: `Bearer ${token}`,
      'x-original-method': 'GET',
      'x-original-url': 'http://app.test/',
    }
    return (await fetch(`http://127.0.0.1:${port}/v1/auth/nginx`, { headers })).status
  }
  return { dns, one, two, warder, status }
}

const canRun = process.getuid?.() === 0 && Bun.which('unshare') !== null
if (!canRun) console.error('\n!! SKIPPED: an issuer that moves: needs root and unshare\n')

describe.skipIf(!canRun)('an issuer that moves', () => {
  it(
    'is asked where its name leads, and never again at an address that somebody else has now',
    async () => {
      const { dns, one, two, status } = await startSite()
      expect(await status(one.token)).toBe(200)
      // The old address answers still, over connections that could have been kept: as another server from now on.
      dns.set('keys.test', [TWO])
      await waitFor('the keys of the new address', async () =>
        (await status(two.token)) === 200 ? true : undefined,
      )
      const before = one.asked()
      const since = two.asked()
      await waitFor('more fetches', () => (two.asked() >= since + 3 ? true : undefined))
      expect(one.asked()).toBe(before)
      // One set replaces the other whole: what the old address signs is over, remembered or not.
      expect(await status(one.token)).toBe(401)
    },
    TEST_MS,
  )

  it(
    'is found at its new address when the old one refuses',
    async () => {
      const { dns, one, two, status } = await startSite()
      expect(await status(one.token)).toBe(200)
      one.close()
      dns.set('keys.test', [TWO])
      await waitFor('the keys of the new address', async () =>
        (await status(two.token)) === 200 ? true : undefined,
      )
      expect(await status(one.token)).toBe(401)
    },
    TEST_MS,
  )

  for (const outage of ['SERVFAIL', 'NXDOMAIN', 'silent'] as const) {
    it(
      `keeps its keys while its name is ${outage}, and is asked nowhere`,
      async () => {
        const { dns, one, two, status } = await startSite()
        expect(await status(one.token)).toBe(200)
        dns.set('keys.test', outage)
        const questions = dns.asked('keys.test')
        await waitFor('a failed lookup', () => (dns.asked('keys.test') > questions ? true : undefined))
        const before = one.asked()
        expect(await status(one.token)).toBe(200)
        expect(await status(two.token)).not.toBe(200)
        expect(one.asked()).toBe(before)
        dns.set('keys.test', [TWO])
        await waitFor('the end of it', async () => ((await status(two.token)) === 200 ? true : undefined))
      },
      TEST_MS,
    )
  }
})
