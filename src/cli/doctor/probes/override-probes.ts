/** Fields in which a client describes another request than the one that it makes. */
import { OVERRIDE_FIELDS, PROXY_FIELDS, type OverrideSubject } from '../../../syntax/override-fields.ts'
import { answerValues } from '../asking/answer.ts'
import type { AskedField, AskedRequest } from '../asking/asked-request.ts'
import { outcomeOf, type ProbeExchange } from '../judging/arrival.ts'
import { fail, pass, type Finding } from '../judging/finding.ts'
import { mustBeDenied } from '../judging/must-be-denied.ts'
import { mustNotArrive } from '../judging/must-not-arrive.ts'
import { askFor, isOpen, passing, type ProbedSite } from '../site/site.ts'
import type { Probe } from './probe.ts'
import { DROP_UNDERSCORES, REMOVE } from './shared-fixes.ts'

/** So few that a request is never refused for the number or the size of its fields. */
const PER_REQUEST = 10

/** Each field with a planted value, in as many requests as it takes. */
const plantAll = (site: ProbedSite, label: string, names: readonly string[]): readonly AskedRequest[] =>
  Array.from({ length: Math.ceil(names.length / PER_REQUEST) }, (_, part) => {
    const some = names.slice(part * PER_REQUEST, (part + 1) * PER_REQUEST)
    return passing(site, askFor(site, label, { fields: some.map((name) => [name, site.planted]) }))
  })

const namesAbout = (subject: OverrideSubject): readonly string[] =>
  OVERRIDE_FIELDS.filter((field) => field.subject === subject).map(({ name }) => name)

const overriding = (subject: OverrideSubject, title: string, means: string): Probe => ({
  name: `override-${subject}`,
  title,
  needs: 'passing',
  requests: (site) => plantAll(site, `fields about the ${subject}`, namesAbout(subject)),
  judge: mustNotArrive,
  means,
  fix: REMOVE,
})

/** The request that a client claims to make; its path has two readings, so that Warder would deny it as such. */
const CLAIMED_PATH = '//warder-doctor'

const FAMILIES: Readonly<Record<string, (site: ProbedSite) => readonly AskedField[]>> = {
  'X-Original-*': ({ target: { scheme, authority } }) => [
    ['X-Original-Method', 'GET'],
    ['X-Original-URL', `${scheme}://${authority}${CLAIMED_PATH}`],
    ['X-Original-URI', CLAIMED_PATH],
  ],
  'X-Forwarded-*': ({ target: { scheme, authority } }) => [
    ['X-Forwarded-Method', 'GET'],
    ['X-Forwarded-Proto', scheme],
    ['X-Forwarded-Host', authority],
    ['X-Forwarded-Uri', CLAIMED_PATH],
  ],
  'X-Envoy-Original-Path': () => [
    ['X-Envoy-Original-Path', CLAIMED_PATH],
    [':path', CLAIMED_PATH],
  ],
}

function originRequests(site: ProbedSite): readonly AskedRequest[] {
  return Object.entries(FAMILIES).flatMap(([family, write]) => {
    const fields = write(site).filter(([name]) => !name.startsWith(':'))
    const names = fields.map(([name]) => name).join(', ')
    return [
      askFor(site, family, { fields }),
      askFor(site, `${family} with \`_\``, {
        fields: fields.map(([name, value]) => [name.replaceAll('-', '_'), value]),
      }),
      askFor(site, `${family}, named in Connection`, { fields: [...fields, ['Connection', names]] }),
    ]
  })
}

/** Without a token, every request is denied for the same reason, unless Warder judged what the client wrote. */
function judgeOrigin(exchanges: readonly ProbeExchange[], site: ProbedSite): Finding {
  const denied = mustBeDenied(exchanges, site)
  if (denied.result !== 'pass' || isOpen(site)) return denied
  const plain = reasonOf(site.bare)
  const other = exchanges.find(
    (exchange) =>
      // Both values arrived: a denial, whatever the client wrote.
      ![plain, undefined, 'origin_missing'].includes(reasonOf(exchange)),
  )
  if (other === undefined) return pass(`judged as what they are: ${outcomeOf(site.bare)}`)
  const names = other.request.fields.map(([name]) => name).filter((name) => name !== 'Connection')
  return fail(`${other.request.label}: ${outcomeOf(other)}, the answer to another path`, names)
}

const reasonOf = ({ answer }: ProbeExchange): string | undefined =>
  answerValues(answer, 'x-decision-reason')[0]

export const OVERRIDE_PROBES: readonly Probe[] = [
  {
    name: 'origin-fields',
    title: 'the judged request, written by the client',
    requests: originRequests,
    judge: judgeOrigin,
    means: 'A client chooses the request that Warder judges, and so gets every path.',
    fix: {
      general:
        'in the request to Warder, set every field of the family that it reads, and remove the other family',
      nginx:
        'proxy_set_header X-Original-Method $request_method; proxy_set_header X-Original-URL $scheme://$host$request_uri;   in the auth location',
      caddy: 'request_header -X-Original-*   and no trusted_proxies that include clients',
      traefik: 'trustForwardHeader: false, and no forwardedHeaders.insecure',
      haproxy: 'http-request set-header X-Forwarded-Uri %[pathq]   and the other three of its family',
    },
  },
  overriding(
    'method',
    'override fields: method',
    'An allowed GET or POST is served as a DELETE by applications that read the field.',
  ),
  overriding(
    'target',
    'override fields: path',
    'The application serves another path than the judged one if it reads the field.',
  ),
  overriding(
    'host',
    'override fields: host',
    'The application serves another host than the judged one, or writes links to it.',
  ),
  overriding(
    'scheme',
    'override fields: scheme',
    'The application takes an unencrypted request for an encrypted one, or the reverse.',
  ),
  overriding(
    'address',
    'override fields: address',
    'The application takes the client for another one: its limits and lists by address fail.',
  ),
  overriding(
    'certificate',
    'override fields: certificate',
    'The application takes a certificate for verified that the client never had.',
  ),
  {
    name: 'override-underscore',
    title: 'override fields with `_`',
    needs: 'passing',
    requests: (site) =>
      plantAll(
        site,
        'with underscores',
        OVERRIDE_FIELDS.map(({ name }) => name)
          .filter((name) => name.includes('-'))
          .map((name) => name.replaceAll('-', '_')),
      ),
    judge: mustNotArrive,
    means: 'CGI, WSGI and PHP read the field as the one with `-`: the application serves another request.',
    fix: DROP_UNDERSCORES,
  },
  {
    name: 'proxy-fields',
    title: 'fields for the next hop',
    needs: 'passing',
    // A planted Proxy-Authorization could make a proxy answer 407.
    requests: (site) => plantAll(site, PROXY_FIELDS.join(', '), PROXY_FIELDS),
    judge: mustNotArrive,
    means: 'Proxy becomes HTTP_PROXY in CGI programs (httpoxy); the others are for proxies alone.',
    fix: REMOVE,
  },
]
