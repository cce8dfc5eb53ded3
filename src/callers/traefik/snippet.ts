/** The dynamic configuration of Traefik that asks Warder. Every string in it is plain: Traefik's file is a template. */
import { fieldsToRemove, fieldsToRemoveAfter, fieldsToSend, identityFields } from '../field-names.ts'
import type { SnippetFacts } from '../proxy.ts'
import type { Site } from '../site-flags.ts'
import { forward } from '../forward/forward.ts'
import { FORWARDED_UPGRADE } from '../../request/upgrade.ts'

export interface TraefikSnippetOptions extends SnippetFacts, Site {
  /** Empty: Traefik's default ones. */
  readonly entryPoints: readonly string[]
  readonly certResolver?: string
}

/** Traefik's entry points replace these fields of a client, and its proxy sends them to the application. */
const WRITTEN = [
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Forwarded-Port',
  'X-Forwarded-Proto',
  'X-Forwarded-Server',
  'X-Real-IP',
]

/**
 * The text of a file for Traefik's file provider. Needs Traefik 3.6.9 or later.
 *
 * @throws TypeError when an identity header has a name that cannot be written.
 */
export function traefikSnippet(options: TraefikSnippetOptions): string {
  const [decisions = ''] = options.decisions
  const identity = identityFields(options.identityNames)
  const later = fieldsToRemoveAfter(options)
  const after = later.length === 0 ? '' : ', warder-remove-token'
  return `${HEAD}
http:
  routers:
${router('warder-site', hosts(options), 'warder', options)}
    # Traefik prefers the longer rule.
${router('warder-site-websocket', `(${hosts(options)}) && HeaderRegexp(\`Upgrade\`, \`(?i)^${FORWARDED_UPGRADE}$\`)`, 'warder-websocket', options)}

  services:
    warder-site:
      loadBalancer:
        # The judged host, and no path after the address: the application gets what was judged.
        passHostHeader: true
        servers:
          - url: "${options.upstream}"

  middlewares:
    # For routers of your own, here or in other providers: \`middlewares: [warder]\`, elsewhere \`warder@file\`. Place it
    # before every middleware that changes the path, and nothing before it that reads identity headers.
    warder:
      chain:
        middlewares: [warder-remove, warder-no-upgrade, warder-ask${after}]
    # Only for routers with the rule of warder-site-websocket.
    warder-websocket:
      chain:
        middlewares: [warder-remove, warder-upgrade, warder-ask${after}]

${ask(decisions, identity, fieldsToSend(options))}

    # \`Upgrade: h2c\` would give the client a raw HTTP/2 connection to the application. It could send any path and header
    # over it, and Warder would see none of those requests. \`Connection: X-Auth-Subject\` would remove what Warder wrote.
    warder-no-upgrade:
      headers:
        customRequestHeaders:
          Connection: ""
          Upgrade: ""
    warder-upgrade:
      headers:
        customRequestHeaders:
          Connection: Upgrade
          Upgrade: ${FORWARDED_UPGRADE}

${removal(identity, later)}${removalAfter(later)}${tls(options)}`
}

const HEAD = `\
# For Traefik 3.6.9 or later: a dynamic configuration file. Name it in Traefik's static configuration:
#
#   providers:
#     file:
#       filename: /etc/traefik/warder.yaml
#
# KEEP \`forwardedHeaders.insecure\` OF THE ENTRY POINTS AT ITS DEFAULT, FALSE. With true, clients choose the address, host
# and scheme that the application reads in ${WRITTEN.slice(0, 3).join(', ')},
# ${WRITTEN.slice(3).join(', ')}. If a proxy in front of Traefik writes them, list it in \`trustedIPs\`.
#
# Everything else is safe without further settings. With these, an entry point refuses by itself (400) what Warder would
# deny, and the fields that are removed below:
#
#   entryPoints:
#     web:
#       http:
#         aliasHeadersStrategy: reject        # since 3.7.13; before: underscoreHeadersStrategy, since 3.6.20 and 3.7.6
#         encodedCharacters:
#           allowEncodedSlash: false
#           allowEncodedBackSlash: false
#           allowEncodedNullCharacter: false
`

/** The rule of the site. */
const hosts = ({ serverNames }: Site): string =>
  serverNames.length === 0 ? 'PathPrefix(`/`)' : serverNames.map((name) => `Host(\`${name}\`)`).join(' || ')

function router(
  name: string,
  rule: string,
  middleware: string,
  { entryPoints, certResolver, certificate }: TraefikSnippetOptions,
): string {
  const lines = [
    `${name}:`,
    ...(entryPoints.length === 0
      ? []
      : [`  entryPoints: [${entryPoints.map((point) => JSON.stringify(point)).join(', ')}]`]),
    `  rule: "${rule}"`,
    `  middlewares: [${middleware}]`,
    '  service: warder-site',
    ...(certResolver === undefined ? [] : [`  tls: { certResolver: ${JSON.stringify(certResolver)} }`]),
    ...(certificate === undefined ? [] : ['  tls: {}']),
  ]
  return lines.map((line) => `    ${line}`).join('\n')
}

const ask = (address: string, identity: readonly string[], sent: readonly string[]): string => `\
    warder-ask:
      forwardAuth:
        address: "http://${address}/v1/auth/${forward.name}"
        # Traefik writes the X-Forwarded fields of the question itself, from the request that it serves.
        trustForwardHeader: false
        # Warder decides without the body.
        forwardBody: false
        # What Warder reads of the client's request. Without a list, Traefik would send every field.
        authRequestHeaders:
${list(sent)}
        # Warder's values replace those of the client. Without a value, the application gets an empty field.
        authResponseHeaders:
${list([...identity, 'X-Decision-Id'])}
        # Removes X_Auth_Subject, X.Auth.Subject and every other field with such a name, which many applications read as
        # X-Auth-Subject. No field of Warder has such a name.
        authResponseHeadersRegex: "[^-0-9A-Za-z]"
        # A problem of Warder has some 200 bytes. A longer body of something else becomes a 401.
        maxResponseBodySize: 8192`

const list = (names: readonly string[]): string => names.map((name) => `          - ${key(name)}`).join('\n')

/** Words that YAML reads as something else. */
const YAML_WORD = /^(?:null|true|false|yes|no|on|off|y|n)$/i

const key = (name: string): string => (YAML_WORD.test(name) ? JSON.stringify(name) : name)

const removal = (identity: readonly string[], later: readonly string[]): string => `\
    # In these fields, applications and frameworks look for another method, path, host, scheme or sender than the judged
    # one. If a proxy in front of Traefik writes one of them and the application needs it, delete the line, but only if no
    # client can reach this Traefik without going through that proxy.
    warder-remove:
      headers:
        customRequestHeaders:
${[...identity, 'X-Decision-Id', ...fieldsToRemove([...WRITTEN, ...identity, ...later])]
  .map((name) => `          ${key(name)}: ""`)
  .join('\n')}
`

const removalAfter = (names: readonly string[]): string =>
  names.length === 0
    ? ''
    : `
    # Warder has read the token in these fields; applications take them for another one.
    warder-remove-token:
      headers:
        customRequestHeaders:
${names.map((name) => `          ${key(name)}: ""\n`).join('')}`

const tls = ({ certificate }: Site): string =>
  certificate === undefined
    ? ''
    : `
tls:
  certificates:
    - certFile: "${certificate.certFile}"
      keyFile: "${certificate.keyFile}"
`
