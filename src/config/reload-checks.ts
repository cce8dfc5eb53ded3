/** What a reload must not promise: a listener of the gateway that would have to ask more of its clients. */
import { toDiagnostic, type Diagnostic } from './diagnostic.ts'
import { formatListenAddress } from './listen-address.ts'
import type { LoadedConfig } from './load-config.ts'
import type { Settings } from '../settings/definition.ts'

/**
 * A socket stays what it was bound as. Where it should have TLS, or ask for certificates of clients, and does not
 * yet, the new configuration would look as if it were in force while everybody still gets in.
 */
export function listenersThatNeedRestart(running: Settings, next: LoadedConfig): readonly Diagnostic[] {
  const { gateway } = next.settings.listen
  return gateway.flatMap(({ address, tls }, i) => {
    const where = formatListenAddress(address)
    const bound = running.listen.gateway.find((old) => formatListenAddress(old.address) === where)
    if (bound === undefined || tls === undefined) return []
    const key = bound.tls === undefined ? 'tls' : 'client_ca_file'
    if (bound.tls !== undefined && (tls.clientCaFile === undefined || bound.tls.clientCaFile !== undefined))
      return []
    const message = `the running listener at ${where} was opened without \`${key}\``
    const setting = gateway.length === 1 ? 'listen/gateway' : `listen/gateway/${i}`
    return [
      toDiagnostic(
        { code: 'ERR_SERVER_RESTART', message, hints: ['restart Warder with this configuration'] },
        undefined,
        next.positionOfSetting(`${setting}/${key}`),
      ),
    ]
  })
}
