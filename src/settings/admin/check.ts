/** What the schema cannot check about the admin listener. */
import { quoted } from '../../printable.ts'
import { usualSettings } from '../definition.ts'
import { problemAt, problemAtKey, type LocatedProblem } from '../problem.ts'
import type { ConfigParts } from '../read/read-config.ts'
import { uselessWords } from '../useless-words.ts'
import { isLoopback } from '../values/listen-address.ts'
import { ADMIN, type AdminConfig } from './definition.ts'

export function checkAdmin({ admin, listen = {}, root }: ConfigParts): readonly LocatedProblem[] {
  // A section that cannot be read is reported, and says nothing about who may do what.
  if (admin === undefined && root['admin'] !== undefined) return []
  const address = listen.admin === undefined ? usualSettings().listen.admin : listen.admin
  const config = admin ?? {}
  if (address === null) return uselessWithoutListener(config)
  const found = [...checkTokens(config), ...checkCertificates(config)]
  if (isLoopback(address)) return found
  return [...found, ...checkExposed(config)]
}

/** What only the listener uses; what is remembered for it may stay. */
const uselessWithoutListener = (config: AdminConfig): readonly LocatedProblem[] =>
  (['tokens', 'tls', 'client_certificates'] as const)
    .filter((word) => config[word] !== undefined)
    .map((word) =>
      problemAtKey(
        `/admin/${word}`,
        'ERR_CONFIG_USELESS_KEY',
        `\`${word}\` has no effect with \`listen: { admin: off }\``,
      ),
    )

function checkTokens({ tokens = [] }: AdminConfig): readonly LocatedProblem[] {
  return tokens.flatMap(({ name, token }, i) => {
    const earlier = tokens.slice(0, i)
    if (earlier.some((one) => one.name === name)) {
      const message = `the token ${quoted(name)} exists already`
      return [problemAt(`/admin/tokens/${i}/name`, 'ERR_CONFIG_DUPLICATE_NAME', message)]
    }
    const same = earlier.find((one) => one.token === token)
    if (same === undefined) return []
    const message = `the token is the same as that of ${quoted(same.name)}`
    const hint = 'generate another one with `openssl rand -hex 32`'
    return [problemAt(`/admin/tokens/${i}/token`, 'ERR_CONFIG_ADMIN_TOKEN', message, hint)]
  })
}

function checkCertificates(config: AdminConfig): readonly LocatedProblem[] {
  const useless = uselessWords(ADMIN, '/admin', config)
  if (useless.length > 0 || config.client_certificates === undefined) return useless
  if (config.tls?.client_ca_file !== undefined) return []
  const message = '`client_certificates` has no effect without `client_ca_file` in `tls`'
  return [problemAtKey('/admin/client_certificates', 'ERR_CONFIG_USELESS_KEY', message)]
}

/** Of a listener that other machines could reach. */
function checkExposed({ tokens, tls, client_certificates: right }: AdminConfig): readonly LocatedProblem[] {
  if (tokens === undefined && right === undefined) {
    const message =
      'the admin listener could be reached from other machines, and needs neither a token nor a certificate'
    return [
      problemAt(
        '/listen/admin',
        'ERR_CONFIG_ADMIN_EXPOSED',
        message,
        'use 127.0.0.1, a unix socket, or `admin: off`',
        'or write `admin: { tokens: [{ name: ops, token: "${file:/run/secrets/warder_admin}", rights: read }] }`',
        'or let clients show certificates: `admin: { tls: { cert_file: …, key_file: …, client_ca_file: … }, client_certificates: read }`',
      ),
    ]
  }
  if (tls !== undefined) return []
  const message =
    'tokens of the admin listener cross the network without TLS, and anybody who reads one can use it'
  return [
    problemAt(
      '/listen/admin',
      'WARN_CONFIG_ADMIN_PLAINTEXT',
      message,
      'write `admin: { tls: { cert_file: …, key_file: … } }`, or listen on 127.0.0.1 behind a tunnel',
    ),
  ]
}
