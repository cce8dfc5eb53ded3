/** Listeners that start without a certificate that is configured for them. */
import type { Diagnostic } from '../diagnostic.ts'
import type { LoadedConfig } from '../load-config.ts'
import { quoted } from '../printable.ts'
import type { Certificates } from '../../gateway/sockets/certificates.ts'

/** One warning for each missing file, and one if the self-signed certificate is the only one. */
export function certificateWarnings(
  config: LoadedConfig,
  certificates: readonly (Certificates | undefined)[],
): readonly Diagnostic[] {
  return certificates.flatMap((loaded, i): readonly Diagnostic[] => {
    if (loaded === undefined) return []
    const listener = certificates.length === 1 ? 'listen/gateway' : `listen/gateway/${i}`
    const warn = (message: string): Diagnostic => ({
      code: 'WARN_GATEWAY_CERTIFICATE',
      severity: 'warning',
      message,
      position: config.positionOfSetting(`${listener}/tls`),
      hints: ['write the certificate and its key to their files, and reload'],
    })
    return [
      ...loaded.missing.map((file) => warn(`the certificate is left out: there is no file ${quoted(file)}`)),
      ...(loaded.isSelfSigned
        ? [warn('the listener has a self-signed certificate, which no client trusts')]
        : []),
    ]
  })
}
