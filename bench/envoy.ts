/** Envoy with its own verification, `jwt_authn`, in one worker thread, in front of the same application. */
import { whichProgram } from '../tools/programs.ts'
import { type Bench, findFreePort, type RunningServer } from './processes.ts'
import { proxyUrl } from './proxies.ts'
import { AUDIENCE, ISSUER, type Minter } from './tokens.ts'

export interface EnvoyOptions {
  readonly app: number
  readonly minter: Minter
  /** Tokens that its cache remembers. Default: no cache, as Envoy's own default. */
  readonly cacheTokens?: number
}

/** Starts it and waits for the first answer of the application. */
export async function startEnvoy(
  bench: Bench,
  { app, minter, cacheTokens }: EnvoyOptions,
  headers: Readonly<Record<string, string>>,
): Promise<RunningServer> {
  const port = await findFreePort()
  const cache = cacheTokens === undefined ? {} : { jwt_cache_config: { jwt_cache_size: cacheTokens } }
  const file = await bench.write(`envoy-${port}.json`, JSON.stringify(configOf(port, app, minter, cache)))
  // A restart of one Envoy must not talk to another one.
  const settings = ['--concurrency', '1', '--disable-hot-restart', '--log-level', 'error']
  const pid = await bench.start([whichProgram('envoy'), '-c', file, ...settings], proxyUrl(port), headers)
  return { pid, port }
}

const EXTENSIONS = 'type.googleapis.com/envoy.extensions.filters'

/** The claims that it is to check are those that HAProxy checks; it forwards `sub` as well. */
function configOf(port: number, app: number, minter: Minter, cache: object): object {
  const provider = {
    issuer: ISSUER,
    audiences: [AUDIENCE],
    local_jwks: { inline_string: minter.jwks() },
    claim_to_headers: [{ header_name: 'x-auth-subject', claim_name: 'sub' }],
    ...cache,
  }
  const jwtAuthn = {
    '@type': `${EXTENSIONS}.http.jwt_authn.v3.JwtAuthentication`,
    providers: { bench: provider },
    rules: [{ match: { prefix: '/' }, requires: { provider_name: 'bench' } }],
  }
  const manager = {
    '@type': `${EXTENSIONS}.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'guard',
    // As in all other proxies here, an id for each request is not made.
    generate_request_id: false,
    route_config: {
      virtual_hosts: [
        { name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: 'app' } }] },
      ],
    },
    http_filters: [
      { name: 'envoy.filters.http.jwt_authn', typed_config: jwtAuthn },
      {
        name: 'envoy.filters.http.router',
        typed_config: { '@type': `${EXTENSIONS}.http.router.v3.Router` },
      },
    ],
  }
  const filters = [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }]
  return {
    static_resources: {
      listeners: [{ name: 'guard', address: addressOf(port), filter_chains: [{ filters }] }],
      clusters: [
        {
          name: 'app',
          type: 'STATIC',
          load_assignment: {
            cluster_name: 'app',
            endpoints: [{ lb_endpoints: [{ endpoint: { address: addressOf(app) } }] }],
          },
        },
      ],
    },
  }
}

const addressOf = (port: number): object => ({ socket_address: { address: '127.0.0.1', port_value: port } })
