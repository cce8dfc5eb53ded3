/** Identity headers that the client writes, in every spelling that an application may read. */
import { OVERRIDE_FIELDS } from '../../../syntax/override-fields.ts'
import type { AskedField, AskedRequest } from '../asking/asked-request.ts'
import type { ProbeExchange } from '../judging/arrival.ts'
import { fail, unknown, WITH_CONFIG, type Finding } from '../judging/finding.ts'
import { listNames, lostIdentity, mustNotArrive } from '../judging/must-not-arrive.ts'
import { foldName } from '../judging/echoed.ts'
import { identityOf } from '../site/identity-names.ts'
import { askFor, passing, type ProbedSite } from '../site/site.ts'
import type { Fix } from './fix.ts'
import type { Probe } from './probe.ts'
import { DROP_UNDERSCORES, REMOVE } from './shared-fixes.ts'

const MEANS = 'Clients choose who they are: the application takes the value for Warder’s.'

const SET_IDENTITY: Fix = {
  general:
    'remove {field} from every request, and then set it from the answer of Warder, even if it is empty',
  nginx: 'proxy_set_header {field} $warder_identity_{variable};',
  caddy: 'request_header -{field}   above forward_auth, and {field} in its copy_headers',
  traefik: 'authResponseHeaders: [{field}]',
  haproxy: 'http-request del-header {field}   and then http-request set-header {field} from the decision',
  envoy:
    '- { remove: "{field}" }   in early_header_mutation_extensions, and {field} in allowed_upstream_headers',
  apache: '{field} in IDENTITY of the Lua hook',
}

const DROP_DOTS: Fix = {
  general: 'have the proxy refuse or drop names with other characters than letters, digits and hyphens',
  nginx: 'ignore_invalid_headers on;   in this server block, and in the default server of its address',
  caddy: 'request_header "-*.*"   and the same for every other such character',
  traefik: 'authResponseHeadersRegex: "[^-0-9A-Za-z]"',
  haproxy: 'http-request del-header [^-A-Za-z0-9] -m reg',
  envoy: '- { remove_on_match: { key_matcher: { safe_regex: { regex: ".*[^-0-9A-Za-z:].*" } } } }',
}

const KEEP_IDENTITY: Fix = {
  general: 'set the identity headers after the fields that Connection names are removed',
  caddy:
    'request_header -Connection   above forward_auth; for WebSockets `request_header Connection Upgrade`',
  nginx: 'proxy_set_header Connection $warder_connection;',
  traefik: 'customRequestHeaders: { Connection: "" }',
  haproxy: 'http-request del-header Connection',
}

/** Spells a name in one way. */
type Spell = (name: string) => readonly AskedField[]

const spoofs = (site: ProbedSite, spellings: Readonly<Record<string, Spell>>): readonly AskedRequest[] =>
  Object.entries(spellings).map(([label, spell]) =>
    passing(site, askFor(site, label, { fields: identityOf(site).all.flatMap(spell) })),
  )

/** A guessed name shows nothing by itself: this site may not use it. */
function judgeIdentity(exchanges: readonly ProbeExchange[], site: ProbedSite): Finding {
  const finding = mustNotArrive(exchanges, site)
  const { known } = identityOf(site)
  const isKnown = (name: string): boolean => known.some((one) => foldName(one) === foldName(name))
  if (finding.result === 'fail') {
    const [named, guessed] = [finding.names?.filter(isKnown) ?? [], finding.names ?? []]
    if (named.length > 0) return fail(`the application got ${listNames(named)}`, named)
    return unknown(`the application got ${listNames(guessed)}, which may not be identity here`, WITH_CONFIG)
  }
  const lost = lostIdentity(exchanges, known, site.allowed)
  return lost === undefined ? finding : fail(`the value that Warder gave to ${lost} did not arrive`, [lost])
}

const probe = (
  name: string,
  title: string,
  fix: Fix,
  spellings: (site: ProbedSite) => Readonly<Record<string, Spell>>,
): Probe => ({
  name,
  title,
  needs: 'passing',
  alsoHttp2: true,
  requests: (site) => spoofs(site, spellings(site)),
  judge: judgeIdentity,
  means: MEANS,
  fix,
})

const underscored = (name: string): string => name.replaceAll('-', '_')
const dotted = (name: string): string => name.replaceAll('-', '.')

/** The same fields, sent before `Host`. */
const beforeHost = (site: ProbedSite, label: string, spell: (name: string) => string): AskedRequest =>
  passing(
    site,
    askFor(site, label, { first: identityOf(site).all.map((name) => [spell(name), site.planted]) }),
  )

export const IDENTITY_PROBES: readonly Probe[] = [
  probe('identity', 'identity headers of the client', SET_IDENTITY, ({ planted }) => ({
    'as configured': (name) => [[name, planted]],
    'in lower case': (name) => [[name.toLowerCase(), planted]],
    'in upper case': (name) => [[name.toUpperCase(), planted]],
    twice: (name) => [
      [name, planted],
      [name, planted],
    ],
    'empty and full': (name) => [
      [name, ''],
      [name.toLowerCase(), planted],
    ],
  })),
  {
    ...probe('identity-underscore', 'identity headers with `_`', DROP_UNDERSCORES, () => ({})),
    requests: (site) => [
      ...spoofs(site, {
        'with underscores': (name) => [[underscored(name), site.planted]],
        'with one underscore': (name) => [[name.replace(/-(?=[^-]*$)/, '_'), site.planted]],
      }),
      beforeHost(site, 'with underscores, before Host', underscored),
    ],
  },
  {
    ...probe('identity-dot', 'identity headers with `.` and others', DROP_DOTS, () => ({})),
    requests: (site) => [
      ...spoofs(site, {
        'with dots': (name) => [[dotted(name), site.planted]],
        'with dots and underscores': (name) => [[dotted(name).replace('.', '_'), site.planted]],
        'with !': (name) => [[name.replaceAll('-', '!'), site.planted]],
        'with ~ and +': (name) => [[name.replace('-', '~').replaceAll('-', '+'), site.planted]],
      }),
      beforeHost(site, 'with dots, before Host', dotted),
    ],
  },
  {
    name: 'connection-identity',
    title: 'Connection: X-Auth-Subject',
    needs: 'passing',
    requests: (site) => {
      const { all } = identityOf(site)
      const fields = all.map((name) => [name, site.planted] as const)
      return [
        passing(
          site,
          askFor(site, 'named in Connection', { fields: [...fields, ['Connection', all.join(', ')]] }),
        ),
        passing(
          site,
          askFor(site, 'named beside close', {
            fields: [['Connection', `close, ${all.join(', ').toLowerCase()}`], ...fields],
          }),
        ),
      ]
    },
    judge: judgeIdentity,
    means: 'A client can remove or replace the identity headers by naming them in Connection.',
    fix: KEEP_IDENTITY,
  },
  {
    name: 'identity-of-others',
    title: 'identity headers of other guards',
    needs: 'passing',
    requests: (site) => {
      const fields = OVERRIDE_FIELDS.filter(({ subject }) => subject === 'user').map(
        ({ name }) => [name, site.planted] as const,
      )
      return [passing(site, askFor(site, 'Remote-User and others', { fields }))]
    },
    judge: mustNotArrive,
    means: 'An application that trusts one of these fields takes the client for another user.',
    fix: REMOVE,
  },
]
