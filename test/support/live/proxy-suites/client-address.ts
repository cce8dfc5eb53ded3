/** Who asked, in Warder's log, behind a real proxy: the address that the proxy sees, whatever the client writes. */
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { OVERRIDE_FIELDS } from '../../../../src/syntax/override-fields.ts'
import { createCleanup } from '../cleanup.ts'
import { nameOf, type ConformingProxy } from '../conformance/proxies.ts'
import { startConformanceSite, type ConformanceSite } from '../conformance/site.ts'
import { liveSuite } from '../live-suite.ts'
import { ask, type RawRequest } from '../raw-client.ts'

type Fields = NonNullable<RawRequest['headers']>

/** Another one than those of the proxy, of Warder and of the application. */
const CLIENT = '127.0.0.2'
const CLAIMED = '198.51.100.7'

const ADDRESS_FIELDS = OVERRIDE_FIELDS.filter(({ subject }) => subject === 'address').map(({ name }) => name)
const claims = (names: readonly string[], value = CLAIMED): Fields => names.map((name) => [name, value])

const LIES: readonly (readonly [how: string, fields: Fields])[] = [
  ['X-Forwarded-For', claims(['X-Forwarded-For'])],
  ['X-Forwarded-For, twice', claims(['X-Forwarded-For', 'x-forwarded-for'])],
  ['X-Forwarded-For with a list', claims(['X-Forwarded-For'], `${CLAIMED}, 127.0.0.1, ${CLAIMED}`)],
  ['X-Forwarded-For with the address of the proxy', claims(['X-Forwarded-For'], '127.0.0.1')],
  ['X-Forwarded-For with IPv6', claims(['X-Forwarded-For'], '[2001:db8::7]:80')],
  ['X-Forwarded-For without an address', claims(['X-Forwarded-For'], 'unknown')],
  ['X-Forwarded-For, empty', claims(['X-Forwarded-For'], '')],
  ['X-Forwarded-For with markup', claims(['X-Forwarded-For'], '<script>alert(1)</script>')],
  ['X-Forwarded-For of 4 KB', claims(['X-Forwarded-For'], `${CLAIMED}, `.repeat(270) + CLAIMED)],
  ['X-Forwarded-For in other spellings', claims(['X_Forwarded_For', 'X.Forwarded.For'])],
  ['X-Real-IP', claims(['X-Real-IP'])],
  ['X-Envoy-External-Address', claims(['X-Envoy-External-Address', 'x-envoy-internal'])],
  ['Forwarded', claims(['Forwarded'], `for=${CLAIMED};proto=https;host=api.example.com`)],
  ['every field with an address', claims(ADDRESS_FIELDS)],
]

export function clientAddressSuite(proxy: ConformingProxy): void {
  liveSuite(`${nameOf(proxy)}: who asked, in the log`, proxy.programs, () => {
    const cleanup = createCleanup()
    let site: ConformanceSite
    beforeAll(async () => {
      site = await startConformanceSite(proxy, cleanup)
    })
    afterAll(() => cleanup.run())

    const loggedClient = async (headers: Fields = []): Promise<unknown> => {
      const before = site.warder.log.length
      const { status } = await ask(site.port, { target: '/orders/1', from: CLIENT, headers })
      expect(status).toBe(401)
      const lines = site.warder.log.slice(before).filter(({ fields }) => fields['event'] === 'decision')
      expect(lines).toHaveLength(1)
      return lines[0]?.fields['client']
    }

    it('is the address of the client', async () => {
      expect(await loggedClient()).toBe(CLIENT)
    })

    for (const [how, fields] of LIES)
      it(`is the address of the client, which claims another one in ${how}`, async () => {
        expect(await loggedClient(fields)).toBe(CLIENT)
        expect(JSON.stringify(site.warder.log)).not.toContain(CLAIMED)
      })

    it('is the address of the client, which names the fields in Connection, or the request is refused', async () => {
      const names = 'X-Forwarded-For, X-Real-IP, X-Envoy-External-Address'
      const before = site.warder.log.length
      const headers: Fields = [...claims(['X-Forwarded-For']), ['Connection', names]]
      const { status } = await ask(site.port, { target: '/orders/1', from: CLIENT, headers })
      const lines = site.warder.log.slice(before).map(({ fields }) => fields['client'])
      expect([status, lines]).toEqual(proxy.name.startsWith('envoy') ? [400, []] : [401, [CLIENT]])
    })

    it('changes nothing of what the application gets', async () => {
      const token: Fields = [['Authorization', `Bearer ${site.mint()}`]]
      const headers = [...token, ...claims(['X-Forwarded-For', 'X-Real-IP'])]
      expect((await ask(site.port, { target: '/orders/1', from: CLIENT, headers })).status).toBe(200)
      const received = site.app.received.at(-1)
      expect(JSON.stringify(received?.headers)).not.toContain(CLAIMED)
      // For a client on its own machine, Envoy writes the machine's address.
      if (!proxy.name.startsWith('envoy')) expect(received?.values('x-forwarded-for')).toEqual([CLIENT])
    })
  })
}
