/** The frontend: what is removed from a request, the decision, and what the application gets. */
import { FORWARDED_UPGRADE } from '../../request/upgrade.ts'
import { fieldsToRemove, fieldsToRemoveAfter } from '../field-names.ts'
import { askingOf } from './asking.ts'
import type { HaproxySite, HaproxySnippetOptions } from './site.ts'

export const haproxyFrontend = (site: HaproxySnippetOptions, identity: readonly string[]): string =>
  `\
# Rules run from top to bottom. Put your own that read or change the request above \`${askingOf(site).rule}\`, so that
# what is judged is what the application gets; never use \`normalize-uri\`, \`set-path\` or \`replace-path\` below it.
frontend site
${[bindLine(site), ...askingOf(site).beforeRules, ...hostRule(site.serverNames), target(site), UPGRADE, removals(identity, fieldsToRemoveAfter(site)), askingOf(site).decision, ...removalsAfter(site), additions(site, identity)].join('\n\n')}

    default_backend application`

const bindLine = ({ listen, certificate }: HaproxySite): string =>
  `    bind ${listen.includes(':') ? listen : `:${listen}`}${
    certificate === undefined ? '' : ` ssl crt ${certificate.certFile} alpn h2,http/1.1`
  }`

const hostRule = (serverNames: readonly string[]): readonly string[] =>
  serverNames.length === 0
    ? []
    : [
        `    http-request return status 421 unless { req.fhdr(host),host_only -m str -i ${serverNames.join(' ')} }`,
      ]

const target = (site: HaproxySite): string => `\
${askingOf(site).fieldLimit}\
    # The application gets the judged path, byte for byte: never the absolute form \`GET http://host/path\`, which
    # applications read differently. What has no path (\`OPTIONS *\`, CONNECT) is refused.
    http-request deny deny_status 400 unless { pathq -m beg / }
    http-request set-uri %[pathq] unless { url -m beg / }
    # HAProxy passes on X_Auth_Subject and X.Auth.Subject, which many applications read as X-Auth-Subject.
    # \`option http-restrict-req-hdr-names\` would remove them too, but only after these rules.
    http-request del-header [^-A-Za-z0-9] -m reg`

const UPGRADE = `\
    # WebSocket only. \`Upgrade: h2c\` would give the client a raw HTTP/2 connection to the application. It could send any
    # path and header over it, and Warder would see none of those requests.
    http-request set-var(txn.upgrade) str(${FORWARDED_UPGRADE}) if { req.fhdr_cnt(upgrade) 1 } { req.fhdr(upgrade) -m str -i ${FORWARDED_UPGRADE} } { req.hdr(connection) -m str -i upgrade }
    http-request del-header Upgrade unless { var(txn.upgrade) -m found }
    # The next proxy would remove every header field that Connection names, identity headers too.
    http-request del-header Connection
    http-request set-header Connection upgrade if { var(txn.upgrade) -m found }`

const removals = (identity: readonly string[], later: readonly string[]): string => `\
    # In these fields, applications and frameworks look for another method, path, host, scheme or sender than the judged
    # one. If a proxy in front of this HAProxy writes one of them and the application needs it, delete the line, but only
    # if no client can reach this HAProxy without going through that proxy.
${deletions(fieldsToRemove([...identity, ...later]))}
    # What only Warder may write. These lines are needed even though the fields are set below: there is no header
    # without a value.
${deletions(['X-Decision-Id', ...identity])}`

function removalsAfter(site: HaproxySnippetOptions): readonly string[] {
  const names = fieldsToRemoveAfter(site)
  if (names.length === 0) return []
  return [
    `    # Warder has read the token in them; applications take them for another one.\n${deletions(names)}`,
  ]
}

const deletions = (names: readonly string[]): string =>
  names.map((name) => `    http-request del-header ${name}`).join('\n')

const additions = (site: HaproxySite, identity: readonly string[]): string => `\
    # The judged request, as HAProxy sees it.
    http-request set-header X-Forwarded-For %[src]
    http-request set-header X-Forwarded-Host %[req.fhdr(host)]
    http-request set-header X-Forwarded-Proto %[ssl_fc,iif(https,http)]
    http-request set-header X-Real-IP %[src]
    # Identity, and for the application's log the same id as in Warder's.
${['X-Decision-Id', ...identity].map((name) => addition(name, askingOf(site).variableOf(name))).join('\n')}`

const addition = (name: string, variable: string): string =>
  `    http-request set-header ${name} %[var(${variable})] if { var(${variable}) -m len gt 0 }`
