/** Which proxy the site has, for the lines to change. */
import { PROXIES } from '../../../callers/callers.ts'
import { answerValues, type Answer } from '../asking/answer.ts'

export const PROXY_NAMES = ['nginx', 'caddy', 'traefik', 'haproxy', 'envoy', 'apache', 'gateway'] as const

/** `gateway` is Warder's own. */
export type ProxyName = (typeof PROXY_NAMES)[number]

/** Names for `--proxy`: those, and every proxy that has a text of `warder snippet`. */
export const KNOWN_PROXIES: readonly string[] = [
  ...new Set([...PROXY_NAMES, ...PROXIES.map(({ name }) => name)]),
]

/** Whose lines fit a known proxy: those of `envoy` for `envoy-grpc`; undefined for general ones. */
export const proxyFamily = (name: string): ProxyName | undefined =>
  PROXY_NAMES.find((family) => name === family || name.startsWith(`${family}-`))

/** By the beginning of `Server`; Traefik and HAProxy send none. */
const SERVERS: readonly (readonly [RegExp, ProxyName])[] = [
  [/^(?:nginx|openresty|tengine|angie)/i, 'nginx'],
  [/^caddy/i, 'caddy'],
  [/envoy/i, 'envoy'],
  [/^apache/i, 'apache'],
]

/** Undefined if no answer reveals it. */
export function recogniseProxy(answers: readonly Answer[]): ProxyName | undefined {
  for (const answer of answers)
    for (const [pattern, name] of SERVERS)
      if (answerValues(answer, 'server').some((value) => pattern.test(value))) return name
  // Only the gateway gives an id to the application's answers.
  const isGateway = answers.some(
    (answer) =>
      answerValues(answer, 'x-decision-id').length > 0 &&
      answerValues(answer, 'x-decision-reason').length === 0,
  )
  return isGateway ? 'gateway' : undefined
}
