/** The whole configuration of HAProxy that asks Warder: every line that is needed, and why it is needed. */
import { identityFields } from '../field-names.ts'
import { haproxyFrontend } from './frontend-section.ts'
import { haproxyGlobal } from './global-section.ts'
import {
  assertHaproxyText,
  HAPROXY_APPLICATION,
  HAPROXY_HOST,
  HAPROXY_LISTEN,
  HAPROXY_WORD,
} from './plain-text.ts'
import type { HaproxySnippetOptions } from './site.ts'

/**
 * The text of a `haproxy.cfg` for HAProxy 2.6 or later, which needs Lua unless it asks by SPOE.
 *
 * @throws TypeError when an option holds a character that means something in HAProxy's configuration.
 */
export function haproxySnippet(options: HaproxySnippetOptions): string {
  assertOptions(options)
  const identity = identityFields(options.identityNames)
  return `${[
    haproxyGlobal(options, identity.length),
    haproxyFrontend(options, identity),
    applicationBackend(options.upstream),
    options.asking.by === 'lua' ? warderBackend(options.decisions) : agentBackend(options.decisions),
  ].join('\n\n')}\n`
}

function applicationBackend(upstream: string): string {
  const [, scheme, host = '', port] = HAPROXY_APPLICATION.exec(upstream) ?? []
  const tls = scheme === 'https' ? ` ssl verify required ca-file @system-ca sni str(${host})` : ''
  return `\
backend application
    # With several servers, add \`check\` to each line.
    server application ${host}:${port ?? (tls === '' ? 80 : 443)}${tls}`
}

const warderBackend = (decisions: readonly string[]): string => `\
# The action asks these servers in turn. One that refuses two connections is left out until it accepts one again.
backend warder
    timeout check 1s
${decisions.map((address, i) => `    server warder${i + 1} ${toServer(address)} check inter 1s fastinter 200ms downinter 200ms fall 2 rise 1`).join('\n')}`

const agentBackend = (addresses: readonly string[]): string => `\
# HAProxy asks these agents in turn. One that refuses two connections is left out until it accepts one again.
backend warder
    .if version_atleast(3.1)
    mode spop
    .else
    mode tcp
    .endif
    timeout server 30s
    timeout check 1s
    option spop-check
    # When one refuses a connection, the next one is asked at once; otherwise the same one again, a second later.
    option redispatch 1
${addresses.map((address, i) => `    server warder${i + 1} ${toServer(address)} check inter 1s fastinter 200ms downinter 200ms fall 2 rise 1`).join('\n')}`

/** An address of Warder as HAProxy writes it. */
const toServer = (address: string): string => address.replace(/^unix:/, 'unix@')

function assertOptions(options: HaproxySnippetOptions): void {
  const { decisions, upstream, serverNames, listen, certificate, asking } = options
  if (decisions.length === 0) throw new TypeError('decisions: HAProxy needs an address to ask')
  for (const address of decisions) assertHaproxyText('decisions', address, HAPROXY_WORD)
  assertHaproxyText('upstream', upstream, HAPROXY_APPLICATION)
  for (const name of serverNames) assertHaproxyText('serverNames', name, HAPROXY_HOST)
  assertHaproxyText('listen', listen, HAPROXY_LISTEN)
  assertHaproxyText('asking.file', asking.file, HAPROXY_WORD)
  if (certificate !== undefined) assertHaproxyText('certificate', certificate.certFile, HAPROXY_WORD)
}
