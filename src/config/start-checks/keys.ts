/** Warnings about keys that show only when their files are read. */
import type { Issuer } from '../../jwt/issuer.ts'
import { diagnosticAt, type Diagnostic } from '../diagnostic.ts'
import type { LoadedConfig } from '../load-config.ts'
import { quoted } from '../../printable.ts'
import { allKeySourcesOf } from '../setting-places.ts'

/** Most refused keys that one warning names. */
const MAX_NAMED = 8

/** Keys of files that must not be trusted: private, weak or damaged ones. Keys of the network show when they are loaded. */
export function refusedKeyWarnings(
  issuers: readonly Issuer[],
  config: Pick<LoadedConfig, 'positionOfSetting'>,
): readonly Diagnostic[] {
  return issuers.flatMap(({ settings, keys }, index): readonly Diagnostic[] => {
    const refused = keys.status().ignored.filter(({ isUntrusted }) => isUntrusted === true)
    if (refused.length === 0) return []
    const message = `${settings.name}: ${refused.length} of its keys must not be trusted`
    const hints = refused
      .slice(0, MAX_NAMED)
      .map(({ kid, why }) => `kid ${kid === undefined ? '–' : quoted(kid)}: ${why}`)
    const position = config.positionOfSetting(`issuers/${index}/keys`)
    return [diagnosticAt(position, 'WARN_KEYS_REFUSED', message, ...hints)]
  })
}

/** Not errors: the files of a cluster or a server are not on the machine on which its configuration is checked. */
export function reachFileWarnings(
  config: LoadedConfig,
  readFileSync: (path: string) => unknown,
): readonly Diagnostic[] {
  return allKeySourcesOf(config.settings.issuers).flatMap(({ keys, setting: source }) => {
    const reach = 'reach' in keys ? keys.reach : undefined
    const files = {
      ca_file: reach?.caFile,
      client_cert_file: reach?.clientCertFile,
      client_key_file: reach?.clientKeyFile,
      bearer_file: reach?.bearerFile,
    }
    return Object.entries(files).flatMap(([setting, file]): readonly Diagnostic[] => {
      if (file === undefined || isReadable(file, readFileSync)) return []
      const message = `${setting} ${file} cannot be read at the moment`
      const hint = 'no keys are fetched for this issuer until the file can be read'
      const position = config.positionOfSetting(`${source}/${setting}`)
      return [diagnosticAt(position, 'WARN_KEYS_FILE_UNREADABLE', message, hint)]
    })
  })
}

function isReadable(file: string, readFileSync: (path: string) => unknown): boolean {
  try {
    readFileSync(file)
    return true
  } catch {
    return false
  }
}
