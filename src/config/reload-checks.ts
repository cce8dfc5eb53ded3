/** What a reload must not do: promise what a running listener cannot do, or remove everything that guards. */
import { diagnosticAt, type Diagnostic } from './diagnostic.ts'
import { formatListenAddress, isLoopback } from '../settings/values/listen-address.ts'
import type { LoadedConfig } from './load-config.ts'
import { listenerSetting } from './setting-places.ts'
import type { Settings } from '../settings/definition.ts'

/** Why a configuration cannot replace the running one. @param cause `watch` when nobody has asked for the reload. */
export const checkReload = (
  running: Settings,
  next: LoadedConfig,
  cause: 'signal' | 'watch',
): readonly Diagnostic[] => [
  ...listenersThatNeedRestart(running, next),
  ...adminThatNeedsRestart(running, next),
  ...(cause === 'watch' ? droppedParts(running, next) : []),
]

/**
 * A socket stays what it was bound as. If it should have TLS, or ask clients for certificates, and does not yet, the new configuration would look as if it were in force while everybody still gets in.
 */
function listenersThatNeedRestart(running: Settings, next: LoadedConfig): readonly Diagnostic[] {
  const { gateway } = next.settings.listen
  return gateway.flatMap(({ address, tls }, i) => {
    const where = formatListenAddress(address)
    const bound = running.listen.gateway.find((old) => formatListenAddress(old.address) === where)
    if (bound === undefined || tls === undefined) return []
    const key = bound.tls === undefined ? 'tls' : 'client_ca_file'
    if (bound.tls !== undefined && (tls.clientCaFile === undefined || bound.tls.clientCaFile !== undefined))
      return []
    const message = `the running listener at ${where} was opened without \`${key}\``
    const position = next.positionOfSetting(`${listenerSetting(gateway, i)}/${key}`)
    const hint = 'restart Warder with this configuration'
    return [diagnosticAt(position, 'ERR_SERVER_RESTART', message, hint)]
  })
}

/**
 * The same for the admin listener. And while it is bound to an address that others reach, a configuration for another
 * address must not take away what they need there.
 */
function adminThatNeedsRestart(
  { listen, admin: bound }: Settings,
  { settings: { admin }, positionOfSetting }: LoadedConfig,
): readonly Diagnostic[] {
  if (listen.admin === null) return []
  const where = formatListenAddress(listen.admin)
  const hint = 'restart Warder with this configuration'
  const refuse = (setting: string, message: string): readonly Diagnostic[] => [
    diagnosticAt(positionOfSetting(setting), 'ERR_SERVER_RESTART', message, hint),
  ]
  if (admin.tls !== undefined && bound.tls === undefined)
    return refuse('admin/tls', `the running admin listener at ${where} was opened without \`tls\``)
  if (admin.tls?.clientCaFile !== undefined && bound.tls?.clientCaFile === undefined)
    return refuse(
      'admin/tls/client_ca_file',
      `the running admin listener at ${where} was opened without \`client_ca_file\``,
    )
  if (isLoopback(listen.admin) || admin.tokens.length > 0 || admin.clientCertificates !== undefined) return []
  return refuse(
    'listen/admin',
    `the admin listener is at ${where} until a restart, and would need neither a token nor a certificate there`,
  )
}

const PARTS: readonly (readonly [name: string, count: (settings: Settings) => number])[] = [
  ['routes', ({ routes }) => routes.length],
  [
    'guarded routes',
    ({ routes }) =>
      routes.filter((route) => route.access.kind !== 'public' && route.allowAnonymous !== true).length,
  ],
  ['policies', ({ policies }) => policies.length],
  ['issuers', ({ issuers }) => issuers.length],
  ['tokens of the admin listener', ({ admin }) => admin.tokens.length],
]

/**
 * The beginning of a file is often a valid configuration, and a weaker one: without routes, any valid token is
 * allowed everywhere. A writer may pause for longer than Warder waits, so a configuration that has lost all of a kind
 * is taken only when somebody asks for it.
 */
function droppedParts(running: Settings, next: LoadedConfig): readonly Diagnostic[] {
  const dropped = PARTS.filter(([, count]) => count(running) > 0 && count(next.settings) === 0)
  const hints = [
    'if the file is incomplete, write the rest of it',
    `if this is intended, force the reload: kill -HUP ${process.pid}`,
  ]
  return dropped.map(([name, count]) => {
    const message = `the changed file has no ${name}; ${count(running)} are in force`
    return diagnosticAt(next.positionOf(''), 'ERR_SERVER_RELOAD_DROPS', message, ...hints)
  })
}
