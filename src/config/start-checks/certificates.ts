/** Listeners that start without a certificate that is configured for them. */
import { diagnosticAt, type Diagnostic } from '../diagnostic.ts'
import type { LoadedConfig } from '../load-config.ts'
import { quoted } from '../../printable.ts'
import { listenerSetting } from '../setting-places.ts'

/** What the certificates of a listener were loaded from. */
export interface LoadedCertificates {
  /** Files that are not there, so that their certificates are left out. */
  readonly missing: readonly string[]
  /** Whether the only certificate was made here. */
  readonly isSelfSigned: boolean
}

/** One warning for each missing file, and one if the self-signed certificate is the only one. */
export function certificateWarnings(
  config: Pick<LoadedConfig, 'positionOfSetting'>,
  certificates: readonly (LoadedCertificates | undefined)[],
): readonly Diagnostic[] {
  return certificates.flatMap((loaded, i): readonly Diagnostic[] => {
    if (loaded === undefined) return []
    const position = config.positionOfSetting(`${listenerSetting(certificates, i)}/tls`)
    const hint = 'write the certificate and its key to their files, and reload'
    const warn = (message: string): Diagnostic =>
      diagnosticAt(position, 'WARN_GATEWAY_CERTIFICATE', message, hint)
    return [
      ...loaded.missing.map((file) =>
        warn(`the certificate is not used: the file ${quoted(file)} does not exist`),
      ),
      ...(loaded.isSelfSigned
        ? [warn('the listener has a self-signed certificate, which no client trusts')]
        : []),
    ]
  })
}
