/** The virtual host of Apache httpd that asks Warder: every line that is needed, and why it is needed. */
import { fieldsToRemove, fieldsToRemoveAfter, identityFields } from '../field-names.ts'
import { luaHook } from './lua-hook.ts'
import {
  APACHE_APPLICATION,
  APACHE_HOST,
  APACHE_LISTEN,
  APACHE_WORD,
  assertApacheText,
} from './plain-text.ts'
import type { ApacheSite, ApacheSnippetOptions } from './site.ts'

// 64 KiB, the largest `limits.max_token_bytes`, and the rest of its header line.
export const APACHE_FIELD_BYTES = 72 * 1024

/**
 * The text of a file with a virtual host, for Apache httpd 2.4.47 or later with mod_lua.
 *
 * @throws TypeError when an option holds a character that means something in Apache's configuration.
 */
export function apacheSnippet(options: ApacheSnippetOptions): string {
  assertOptions(options)
  const identity = identityFields(options.identityNames)
  const { listen, upstream } = options
  return `${[
    HEAD,
    ...listenLine(listen),
    `<VirtualHost ${listen.includes(':') ? listen : `*:${listen}`}>`,
    ...siteLines(options),
    '',
    LIMITS,
    '',
    removals(identity, fieldsToRemoveAfter(options)),
    '',
    luaHook(options.decisions, identity),
    '',
    forwarding(upstream),
    ...fieldsToRemoveAfter(options).map(
      (name) => `    # Warder has read the token in it.\n    RequestHeader unset ${name}`,
    ),
    '</VirtualHost>',
  ].join('\n')}\n`
}

const HEAD = `\
# A virtual host for Apache httpd 2.4.47 or later. On Debian: apt install lua-socket; a2enmod headers lua proxy_http ssl
# Check it with \`apachectl -t\`.
`

/** Distributions have a file that listens on the usual ports. */
const listenLine = (listen: string): readonly string[] =>
  listen === '80' || listen === '443'
    ? [`# Listen ${listen} is in ports.conf or httpd.conf.`]
    : [`Listen ${listen}`]

function siteLines({ serverNames, certificate }: ApacheSite): readonly string[] {
  const [name, ...others] = serverNames
  return [
    ...(name === undefined ? [] : [`    ServerName ${name}`]),
    ...(others.length === 0 ? [] : [`    ServerAlias ${others.join(' ')}`]),
    ...(certificate === undefined
      ? []
      : [
          '    SSLEngine on',
          `    SSLCertificateFile ${certificate.certFile}`,
          `    SSLCertificateKeyFile ${certificate.keyFile}`,
        ]),
  ]
}

const LIMITS = `\
    # The longest token that Warder can be set to accept, 64 KiB, in one line; with its default of 8190, Apache answers
    # 400. Apache reads the head with the settings of the first virtual host of this address: if that is another one,
    # give it the same two lines.
    LimitRequestFieldSize ${APACHE_FIELD_BYTES}
    # Warder reads 100 header fields, of which Apache writes some.
    LimitRequestFields 90
    # The application gets the judged path, byte for byte: Apache answers 404 to %2F by default, and Warder decides.
    AllowEncodedSlashes NoDecode
    MergeSlashes Off`

const removals = (identity: readonly string[], later: readonly string[]): string => `\
    # In these fields, applications and frameworks look for another method, path, host, scheme or sender than the judged
    # one. If a proxy in front of this Apache writes one of them and the application needs it, delete the line, but only
    # if no client can reach this Apache without going through that proxy.
${unset(fieldsToRemove([...identity, ...later]))}
    # What only Warder may write.
${unset(['X-Decision-Id', ...identity])}`

const unset = (names: readonly string[]): string =>
  names.map((name) => `    RequestHeader unset ${name} early`).join('\n')

const forwarding = (upstream: string): string => `\
    # Each thread keeps its Lua, and with it the connections to Warder.
    LuaScope thread
    # Without an allow, nothing passes, even if the hook above is missing.
    <Location />
        Require env WARDER_ALLOWED
    </Location>

    # The judged request, as Apache sees it. By itself, Apache would add to what the client wrote.
    ProxyAddHeaders Off
    RequestHeader set X-Forwarded-For expr=%{REMOTE_ADDR}
    RequestHeader set X-Forwarded-Host expr=%{req:Host}
    RequestHeader set X-Forwarded-Proto expr=%{REQUEST_SCHEME}
    RequestHeader set X-Real-IP expr=%{REMOTE_ADDR}
    # The judged host.
    ProxyPreserveHost On
    # \`nocanon\`: the judged path, and not the one that Apache makes of it. No path after the address, and no RewriteRule
    # that changes one: the application would get another path than the judged one.
    ProxyPass / ${upstream}/ nocanon upgrade=websocket connectiontimeout=1 timeout=60${
      upstream.startsWith('https:') ? PROXY_TLS : ''
    }`

const PROXY_TLS = `
    # With ProxyPreserveHost, Apache expects the name that the client asked for in the certificate of the application.
    SSLProxyEngine on
    SSLProxyVerify require
    SSLProxyCACertificateFile /etc/ssl/certs/ca-certificates.crt`

function assertOptions(options: ApacheSnippetOptions): void {
  const { decisions, upstream, serverNames, listen, certificate } = options
  if (decisions.length === 0) throw new TypeError('decisions: Apache needs an address to ask')
  for (const address of decisions) assertApacheText('decisions', address, APACHE_WORD)
  assertApacheText('upstream', upstream, APACHE_APPLICATION)
  for (const name of serverNames) assertApacheText('serverNames', name, APACHE_HOST)
  assertApacheText('listen', listen, APACHE_LISTEN)
  if (certificate === undefined) return
  assertApacheText('certificate', certificate.certFile, APACHE_WORD)
  assertApacheText('certificate', certificate.keyFile, APACHE_WORD)
}
