/** The real resolver, asking a real DNS server whose answers change: what containers do to their neighbours. */
import { afterEach, describe, expect, it } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createCleanup } from '../support/live/cleanup.ts'
import { startDnsServer } from '../support/live/dns-server.ts'
import { freePort, waitFor } from '../support/live/loopback.ts'
import { ask } from '../support/live/raw-client.ts'
import { startServe } from '../support/live/serve-command.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { startAt } from '../support/moving-site.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const [ONE, TWO, THREE] = ['127.0.0.2', '127.0.0.3', '127.0.0.4']
/** Slow resolvers give up after ten seconds. */
const TEST_MS = 180_000

/** A gateway in a mount namespace of its own, where the resolver asks the DNS server of the test. */
async function startSite(address: string) {
  const dns = await startDnsServer(cleanup)
  dns.set('app.test', [address])
  const one = await startAt(cleanup, ONE)
  const two = await startAt(cleanup, TWO, one.port)
  const dir = createTempDir(cleanup)
  const port = await freePort()
  writeFileSync(join(dir, 'resolv.conf'), `nameserver ${dns.host}\noptions timeout:1 attempts:1\n`)
  writeFileSync(
    join(dir, 'warder.yaml'),
    `version: 1
workers: 1 # Each worker asks for the name by itself.
routes: [{ match: {}, access: public, upstream: app }]
upstreams: { app: { servers: ["http://app.test:${one.port}"], resolve: 1s, connect_timeout: 5s } }
listen: { decisions: "127.0.0.1:${await freePort()}", admin: off, gateway: "127.0.0.1:${port}" }
drain: 0s
`,
  )
  const script = `mount --bind '${dir}/resolv.conf' /etc/resolv.conf && exec "$@"`
  const inside = ['unshare', '-m', 'sh', '-c', script, 'sh']
  const warder = await startServe(join(dir, 'warder.yaml'), port, cleanup, { inside })
  const body = async (): Promise<string> => {
    const answer = await ask(port, { target: '/' })
    return answer.status === 200 ? answer.body : String(answer.status)
  }
  return { dns, one, two, warder, body }
}

const canRun = process.getuid?.() === 0 && Bun.which('unshare') !== null
if (!canRun) console.error('\n!! SKIPPED: a name that moves: needs root and unshare\n')

describe.skipIf(!canRun)('a name that moves', () => {
  it(
    'costs no request when the old address refuses, and none goes to a stranger for long',
    async () => {
      const { dns, one, two, warder, body } = await startSite(ONE)
      expect(await body()).toBe(ONE)
      dns.set('app.test', [TWO])
      await one.close()
      expect(await body()).toBe(TWO)
      // TTL of an hour in each answer: the resolver of the runtime would still know the old address.
      const three = await startAt(cleanup, THREE, two.port)
      dns.set('app.test', [THREE])
      await waitFor('the kept connection to go', () => (two.open() === 0 ? true : undefined))
      expect(await body()).toBe(THREE)
      expect(three.requests()).toBe(1)
      expect(warder.output()).toContain('"addresses_changed"')
    },
    TEST_MS,
  )

  it(
    'is used with all its addresses, of both families',
    async () => {
      const { dns, one, two, body } = await startSite(ONE)
      dns.set('app.test', [ONE, TWO, '::1'])
      await waitFor('both', async () => {
        await body()
        return one.requests() > 0 && two.requests() > 0 ? true : undefined
      })
      // Nobody listens at ::1; no client sees that.
      for (let i = 0; i < 10; i++) expect([ONE, TWO]).toContain(await body())
    },
    TEST_MS,
  )

  for (const outage of ['SERVFAIL', 'silent'] as const) {
    it(
      `stays where it was while DNS is ${outage}`,
      async () => {
        const { dns, warder, body } = await startSite(ONE)
        expect(await body()).toBe(ONE)
        dns.set('app.test', outage)
        await waitFor('a failed lookup', () =>
          warder.output().includes('"resolve_failed"') ? true : undefined,
        )
        expect(await body()).toBe(ONE)
        dns.set('app.test', [TWO])
        await waitFor('the end of it', async () => ((await body()) === TWO ? true : undefined))
        await waitFor('the line about it', () => warder.output().includes('"resolve_recovered"') || undefined)
      },
      TEST_MS,
    )
  }

  it(
    'that does not exist any more is nobody',
    async () => {
      const { dns, one, body } = await startSite(ONE)
      expect(await body()).toBe(ONE)
      dns.set('app.test', 'NXDOMAIN')
      await waitFor('the upstream to be empty', async () => ((await body()) === '502' ? true : undefined))
      const before = one.requests()
      expect(await body()).toBe('502')
      expect(one.requests()).toBe(before)
      dns.set('app.test', [ONE])
      await waitFor('its return', async () => ((await body()) === ONE ? true : undefined))
    },
    TEST_MS,
  )
})
