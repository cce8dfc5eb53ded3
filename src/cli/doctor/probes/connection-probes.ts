/** Fields that a client names in `Connection`, and protocols to which it asks to change. */
import { randomBytes } from 'node:crypto'
import type { AskedField, AskedRequest } from '../asking/asked-request.ts'
import { outcomeOf, outcomesOf, type ProbeExchange } from '../judging/arrival.ts'
import { echoedNamed } from '../judging/echoed.ts'
import { fail, pass, unknown, warning, WITH_ECHO, WITH_TOKEN, type Finding } from '../judging/finding.ts'
import { mustBeDenied } from '../judging/must-be-denied.ts'
import { lostIdentity, whetherSeen } from '../judging/must-not-arrive.ts'
import { identityOf } from '../site/identity-names.ts'
import { acceptsToken, askFor, canPass, isOpen, passing, type ProbedSite } from '../site/site.ts'
import type { Probe } from './probe.ts'

const SETTINGS: AskedField = ['HTTP2-Settings', 'AAMAAABkAARAAAAAAAIAAAAA']
const UPGRADES: Readonly<Record<string, readonly AskedField[]>> = {
  h2c: [['Connection', 'Upgrade, HTTP2-Settings'], ['Upgrade', 'h2c'], SETTINGS],
  'h2c without Connection': [['Upgrade', 'h2c'], SETTINGS],
  'h2c after websocket': [['Connection', 'Upgrade'], ['Upgrade', 'websocket, h2c'], SETTINGS],
  'h2c and websocket in two lines': [
    ['Connection', 'Upgrade'],
    ['Upgrade', 'h2c'],
    ['Upgrade', 'websocket'],
    SETTINGS,
  ],
  TLS: [
    ['Connection', 'Upgrade'],
    ['Upgrade', 'TLS/1.2'],
  ],
}

function judgeUpgrade(exchanges: readonly ProbeExchange[], site: ProbedSite): Finding {
  const changed = exchanges.find(({ answer }) => answer.status === 101)
  if (changed !== undefined) return fail(`${changed.request.label}: 101, the protocol was changed`)
  const passed = exchanges.find(
    ({ arrival }) =>
      arrival.kind === 'arrived' &&
      arrival.echoed !== undefined &&
      echoedNamed(arrival.echoed, 'upgrade').some((value) => value.toLowerCase() !== 'websocket'),
  )
  if (passed !== undefined) return fail(`${passed.request.label}: the application got Upgrade`)
  return whetherSeen(exchanges, site) ?? pass('not handed on')
}

const handshake = (): readonly AskedField[] => [
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
  ['Sec-WebSocket-Version', '13'],
  ['Sec-WebSocket-Key', randomBytes(16).toString('base64')],
]

const webSocket = (site: ProbedSite, label: string): AskedRequest =>
  askFor(site, label, { fields: handshake() })

function judgeWebSocket([bare, opened]: readonly ProbeExchange[], site: ProbedSite): Finding {
  if (bare !== undefined && !isOpen(site)) {
    const denied = mustBeDenied([bare], site)
    if (denied.result !== 'pass') return denied
  }
  if (opened === undefined) return unknown('no handshake could be tried', WITH_TOKEN)
  if (opened.answer.status === 101) return pass('denied without a token, 101 with it')
  const saw = `with the token: ${outcomeOf(opened)}`
  // The application may have none here.
  return site.hasEcho ? warning(saw) : unknown(saw, WITH_ECHO)
}

function judgeConnectionToken(exchanges: readonly ProbeExchange[], site: ProbedSite): Finding {
  const lost = lostIdentity(exchanges, identityOf(site).known, site.allowed)
  if (lost !== undefined) return fail(`${lost} is not what Warder said`, [lost])
  return whetherSeen(exchanges, site) ?? pass(outcomesOf(exchanges))
}

export const CONNECTION_PROBES: readonly Probe[] = [
  {
    name: 'connection-authorization',
    title: 'Connection: Authorization',
    needs: 'token',
    requests: (site) => [
      passing(
        site,
        askFor(site, 'Authorization named in Connection', { fields: [['Connection', 'Authorization']] }),
      ),
      passing(
        site,
        askFor(site, 'Cookie and Host named in Connection', {
          fields: [['Connection', 'close, Cookie, Host, Authorization']],
        }),
      ),
    ],
    judge: judgeConnectionToken,
    means: 'A client makes the application serve a request without the identity that Warder gave to it.',
    fix: {
      general: 'remove the fields that Connection names before Warder is asked, or not at all',
      nginx: 'proxy_set_header Connection $warder_connection;',
    },
  },
  {
    name: 'upgrade',
    title: 'Upgrade: h2c',
    needs: 'passing',
    requests: (site) =>
      Object.entries(UPGRADES).map(([label, fields]) => passing(site, askFor(site, label, { fields }))),
    judge: judgeUpgrade,
    means:
      'The connection becomes HTTP/2 to the application: the client sends any path and any identity, and nobody judges them.',
    fix: {
      general: 'hand on `Upgrade: websocket`, and no other value',
      nginx:
        'proxy_set_header Upgrade $warder_upgrade; proxy_set_header Connection $warder_connection;   with the maps of the snippet, and not $http_upgrade',
      caddy:
        'request_header -Connection   for all but WebSockets, and for those request_header Upgrade websocket',
      traefik:
        'customRequestHeaders: { Connection: "", Upgrade: "" }   for all but WebSockets, for those Upgrade: websocket',
      haproxy: 'http-request del-header Upgrade unless { var(txn.upgrade) -m found }',
      envoy: 'upgrade_configs: [{ upgrade_type: websocket }]   and no other',
      apache: 'ProxyPass … upgrade=websocket',
    },
  },
  {
    name: 'websocket',
    title: 'WebSocket',
    requests: (site) => {
      const bare = webSocket(site, 'a handshake without a token')
      const opened = webSocket(site, 'a handshake')
      if (acceptsToken(site)) return [bare, passing(site, opened)]
      return canPass(site) ? [bare, opened] : [bare]
    },
    judge: judgeWebSocket,
    means: 'A WebSocket opens without a token, or none opens at all.',
    fix: {
      general: 'have the proxy ask Warder about handshakes, and hand on `Upgrade: websocket`',
      nginx: 'proxy_set_header Upgrade $warder_upgrade; proxy_set_header Connection $warder_connection;',
    },
  },
]
