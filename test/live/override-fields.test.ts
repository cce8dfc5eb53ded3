import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { OVERRIDE_FIELDS, PROXY_FIELDS } from '../../src/syntax/override-fields.ts'
import { apacheFront } from '../support/live/apache.ts'
import { CADDIES, caddyFront } from '../support/live/caddy.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import type { HttpMessage } from '../support/live/http-message.ts'
import type { StartFront } from '../support/live/front.ts'
import { startGuardedSite } from '../support/live/guarded-site.ts'
import { haproxyFront } from '../support/live/haproxy.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { startNginxFront } from '../support/live/nginx-front.ts'
import { ask, type RawRequest } from '../support/live/raw-client.ts'
import { traefikFront } from '../support/live/traefik.ts'
import type { Program } from '../../tools/programs.ts'
import { gatewayConfig, runGateway, startRawUpstream } from '../support/run-gateway.ts'

const SPELLINGS: readonly (readonly [how: string, spell: (name: string) => string])[] = [
  ['as they are usually written', (name) => name],
  ['in lower case', (name) => name.toLowerCase()],
  ['in upper case', (name) => name.toUpperCase()],
  ['with underscores', (name) => name.replaceAll('-', '_')],
  ['with dots', (name) => name.replaceAll('-', '.')],
  ['with one underscore', (name) => name.replace('-', '_')],
  ['with dots and underscores', (name) => name.toLowerCase().replace('-', '.').replaceAll('-', '_')],
]

const NAMES = [...OVERRIDE_FIELDS.map(({ name }) => name), ...PROXY_FIELDS]
/** So that one request stays below the limit of fields. */
const PER_REQUEST = 40

/** What the application was sent of these fields, which each have a value of their own. */
type Send = (names: readonly string[], twice: boolean) => Promise<HttpMessage | undefined>

function theyNeverArrive(send: () => Send): void {
  for (const [how, spell] of SPELLINGS) {
    for (const twice of [false, true]) {
      it(`never reach the application ${how}${twice ? ', twice' : ''}`, async () => {
        for (let i = 0; i < NAMES.length; i += PER_REQUEST) {
          const received = await send()(NAMES.slice(i, i + PER_REQUEST).map(spell), twice)
          const planted = received?.headers
            .filter(([, value]) => value.includes('planted'))
            .map(([name]) => name.toLowerCase())
          // The field that is not removed arrives: the request was sent as it should be.
          expect(planted).toEqual(['x-mine'])
        }
      })
    }
  }
}

const requestWith = (names: readonly string[], twice: boolean): RawRequest => {
  const once = names.map((name) => [name, 'planted'] as const)
  return { method: 'POST', headers: [...once, ...(twice ? once : []), ['X-Mine', 'planted']], body: 'a=b' }
}

const FRONTS: readonly (readonly [name: string, programs: readonly Program[], front: StartFront])[] = [
  ['nginx', ['nginx'], startNginxFront],
  ['HAProxy', ['haproxy'], haproxyFront()],
  ['Apache', ['apache2', 'lua-socket'], apacheFront()],
  ['Traefik', ['traefik'], traefikFront()],
  ...CADDIES.map(([name, program]) => [name, [program], caddyFront(program)] as const),
]

for (const [name, programs, front] of FRONTS) {
  liveSuite(`fields that describe another request, through ${name}`, programs, () => {
    const cleanup = createCleanup()
    let send: Send
    beforeAll(async () => {
      const site = await startGuardedSite(cleanup, { front })
      send = async (names, twice) => {
        const request = { ...requestWith(names, twice), target: '/orders/1' }
        expect((await site.ask(request, site.mint())).status).toBe(200)
        return site.app.received.at(-1)
      }
    })
    afterAll(() => cleanup.run())
    theyNeverArrive(() => send)
  })
}

describe('fields that describe another request, through the gateway', () => {
  const cleanup = createCleanup()
  let send: Send
  beforeAll(async () => {
    const app = await startRawUpstream(cleanup)
    const gateway = await runGateway(gatewayConfig([app.url]), cleanup)
    send = async (names, twice) => {
      const request = { ...requestWith(names, twice), target: '/public/1' }
      expect((await ask(gateway.port, request)).status).toBe(200)
      return app.received.at(-1)
    }
  })
  afterAll(() => cleanup.run())
  theyNeverArrive(() => send)
})
