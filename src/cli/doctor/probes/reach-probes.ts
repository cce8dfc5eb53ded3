/** Warder's own endpoints, and how large a token may be. */
import { DIALECTS, endpointPath, TOKEN_CALLER } from '../../../callers/callers.ts'
import { answerValues, type Answer } from '../asking/answer.ts'
import { outcomeOf, type ProbeExchange } from '../judging/arrival.ts'
import { foldName } from '../judging/echoed.ts'
import { fail, pass, unknown, warning, WITH_REASONS, type Finding } from '../judging/finding.ts'
import { identityOf } from '../site/identity-names.ts'
import { acceptsToken, askFor, isOpen, passing, withToken, type ProbedSite } from '../site/site.ts'
import type { Probe } from './probe.ts'

/** The auth location of the nginx text, and every endpoint of the decision listener. */
const OWN_PATHS = ['/_warder', ...[...DIALECTS, TOKEN_CALLER].map((caller) => endpointPath(caller))]

/** Only Warder says `origin_missing`, and only its allow has identity headers. */
function judgeEndpoints(exchanges: readonly ProbeExchange[], site: ProbedSite): Finding {
  const { all } = identityOf(site)
  const isIdentity = (name: string): boolean => all.some((one) => foldName(one) === foldName(name))
  const reached = exchanges.find(({ answer, arrival }) => {
    if (arrival.kind === 'denied')
      return (arrival.reason === 'origin_missing' && !isMisconfigured(site)) || isBodiless(answer, site)
    if (arrival.kind === 'arrived' && arrival.echoed !== undefined) return false
    const isAllow =
      answer.status === 200 && answer.body === '' && answerValues(answer, 'x-decision-id').length > 0
    return isAllow || answer.fields.some(({ name }) => isIdentity(name))
  })
  if (reached !== undefined) return fail(`${reached.request.label}: ${outcomeOf(reached)}, by Warder itself`)
  const late = exchanges.find(({ answer }) => answer.fault === 'late' || answer.fault === 'no_connection')
  if (late !== undefined) return unknown(`${late.request.label}: ${outcomeOf(late)}`, WITH_REASONS)
  return pass([...new Set(exchanges.map(outcomeOf))].slice(0, 3).join(', '))
}

/** The proxy writes bodies for denials, and this one has none: it is Warder's own. */
const isBodiless = (answer: Answer, { bare }: ProbedSite): boolean =>
  answer.body === '' && bare.answer.body !== ''

/** Then every path gets that reason. */
const isMisconfigured = ({ bare }: ProbedSite): boolean =>
  bare.arrival.kind === 'denied' && bare.arrival.reason === 'origin_missing'

const KIB = 1024
/** Below and above the limits of proxies: 8 KiB in one line of nginx, 16 KiB in a head of HAProxy. */
const SIZES_KIB = [4, 7, 9, 17, 32, 60]
/** The default of `limits.max_token_bytes`. */
const DEFAULT_MAX_TOKEN_BYTES = 8 * KIB

/** Text of this size that is no token. */
const filler = (bytes: number): string => `${'a'.repeat(10)}.${'b'.repeat(bytes - 22)}.${'c'.repeat(10)}`

/** Sizes to try, in bytes: with the longest token that Warder accepts. */
const sizesOf = (site: ProbedSite): readonly number[] =>
  [...new Set([...SIZES_KIB.map((size) => size * KIB), limitOf(site)])].toSorted((a, b) => a - b)

const limitOf = ({ config }: ProbedSite): number => config?.maxTokenBytes ?? DEFAULT_MAX_TOKEN_BYTES

function judgeSizes(exchanges: readonly ProbeExchange[], site: ProbedSite): Finding {
  const limit = limitOf(site)
  const sizes = sizesOf(site)
  const through = exchanges.find(({ arrival }) => arrival.kind === 'arrived')
  if (through !== undefined && !isOpen(site)) return fail(`${through.request.label}: ${outcomeOf(through)}`)
  const isJudged = ({ arrival }: ProbeExchange): boolean =>
    arrival.kind === 'denied' || arrival.kind === 'arrived'
  const passed = sizes.filter((_, index) => exchanges.slice(index, index + 1).some(isJudged))
  const refused = exchanges.find((exchange) => !isJudged(exchange))
  const asked = `Warder is asked about tokens of up to ${Math.max(0, ...passed) / KIB} KiB`
  if (refused === undefined) return pass(asked)
  if (sizes.every((size) => size > limit || passed.includes(size)))
    return pass(`${asked}, and accepts ${limit / KIB} KiB`)
  const saw = `${refused.request.label}: ${outcomeOf(refused)}, though Warder accepts ${limit / KIB} KiB`
  return passed.length === 0 ? unknown(saw, WITH_REASONS) : warning(saw)
}

export const REACH_PROBES: readonly Probe[] = [
  {
    name: 'own-endpoints',
    title: "Warder's endpoints through the proxy",
    requests: (site) =>
      OWN_PATHS.flatMap((target) => {
        const bare = askFor(site, `${target} without a token`, { target })
        return acceptsToken(site) ? [bare, passing(site, askFor(site, target, { target }))] : [bare]
      }),
    judge: judgeEndpoints,
    means: 'Clients can ask Warder about requests of their own choice, and read the identity of a token.',
    fix: {
      general: "route no path of the site to Warder's decision listener",
      nginx: 'internal;   in location = /_warder',
    },
  },
  {
    name: 'token-size',
    title: 'large tokens',
    requests: (site) =>
      sizesOf(site).map((size) =>
        withToken(site, askFor(site, `a token of ${size / KIB} KiB`), filler(size)),
      ),
    judge: judgeSizes,
    means: 'The proxy refuses tokens that Warder accepts: clients get an error without a reason.',
    fix: {
      general: 'let the proxy accept header lines of 72 KiB',
      nginx:
        'large_client_header_buffers 4 72k;   in this server block, and in the default server of its address',
      haproxy: 'tune.bufsize 86016',
      envoy: 'max_request_headers_kb: 96',
      apache: 'LimitRequestFieldSize 73728',
      traefik: 'maxHeaderBytes of the entry point (1 MiB by default)',
    },
  },
]
