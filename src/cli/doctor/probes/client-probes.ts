/** The address of the client, as Warder's log and last decisions have it: what the proxy sees, and not what is claimed. */
import { OVERRIDE_FIELDS } from '../../../syntax/override-fields.ts'
import type { ProbeExchange } from '../judging/arrival.ts'
import { fail, pass, unknown, warning, type Finding } from '../judging/finding.ts'
import { askFor } from '../site/site.ts'
import type { Probe } from './probe.ts'

/** Of a network for documentation (RFC 5737), so no client has it. */
const CLAIMED = '203.0.113.66'

const OTHERS = OVERRIDE_FIELDS.filter(
  ({ name, subject }) => subject === 'address' && name !== 'X-Forwarded-For',
).map(({ name }) => [name, CLAIMED] as const)

const REMEMBERED =
  'the Warder that this proxy asks in --server, with `admin.recent_decisions`, and denials that show X-Decision-Id'

function judgeClients(exchanges: readonly ProbeExchange[]): Finding {
  const believed = exchanges.filter(({ client }) => client === CLAIMED)
  if (believed.length > 0)
    return fail(
      `the log has ${CLAIMED}, which the client wrote into ${believed.map(({ request }) => request.label).join(', ')}`,
    )
  if (exchanges.some(({ client }) => client === undefined))
    return unknown('the decisions are not to be found', REMEMBERED)
  const named = new Set(exchanges.map(({ client }) => client).filter((client) => client !== null))
  return named.size === 0 ? warning('the log has no address of the client') : pass([...named].join(', '))
}

export const CLIENT_PROBES: readonly Probe[] = [
  {
    name: 'client-address',
    title: 'the address of the client in the log',
    readsClient: true,
    requests: (site) => [
      askFor(site, 'X-Forwarded-For', { fields: [['X-Forwarded-For', CLAIMED]] }),
      askFor(site, 'X-Forwarded-For with a list', { fields: [['X-Forwarded-For', `127.0.0.1, ${CLAIMED}`]] }),
      askFor(site, 'X-Real-IP and the like', { fields: OTHERS.slice(0, OTHERS.length / 2) }),
      askFor(site, 'X-Client-IP and the like', { fields: OTHERS.slice(OTHERS.length / 2) }),
    ],
    judge: judgeClients,
    means:
      'Warder does not know who asks: a client that can choose the address hides, and can have others banned; without an address, nobody can be banned.',
    fix: {
      general: 'have the proxy overwrite the field that names the client: docs/callers.md, "Who asked"',
      nginx: 'proxy_set_header X-Forwarded-For $remote_addr;   in the location that asks Warder',
      caddy: 'request_header -X-Forwarded-For   above the question',
      traefik: 'trustForwardHeader: false',
      haproxy: 'print the text again: warder snippet haproxy',
      apache: 'add("X-Forwarded-For", r.useragent_ip)   in the Lua hook',
      envoy:
        '- { key: x-envoy-external-address, value: "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%" }   in headers_to_add of authorization_request, by gRPC in initial_metadata',
      gateway: 'in trusted_proxies only proxies that overwrite X-Forwarded-For',
    },
  },
]
