/** Warnings about keys that show only when their files are read. */
import { quoted } from '../printable.ts'
import type { Diagnostic } from '../diagnostic.ts'
import type { LoadedConfig } from '../load-config.ts'
import type { Issuer } from '../../jwt/issuer.ts'
import type { KeyDeps } from '../../keys/key-deps.ts'
import { sourcesOf } from '../../keys/sources-of.ts'

/** Most refused keys that one warning names. */
const MAX_NAMED = 8

/** Keys of files that must not be trusted: private, weak or damaged ones. Those of the network show when they are loaded. */
export function refusedKeyWarnings(issuers: readonly Issuer[], config: LoadedConfig): readonly Diagnostic[] {
  return issuers.flatMap(({ settings, keys }, index): readonly Diagnostic[] => {
    const refused = keys.status().ignored.filter(({ isUntrusted }) => isUntrusted === true)
    if (refused.length === 0) return []
    return [
      {
        code: 'WARN_KEYS_REFUSED',
        severity: 'warning',
        message: `${settings.name}: ${refused.length} of its keys must not be trusted`,
        position: config.positionOfSetting(`issuers/${index}/keys`),
        hints: refused
          .slice(0, MAX_NAMED)
          .map(({ kid, why }) => `kid ${kid === undefined ? '–' : quoted(kid)}: ${why}`),
      },
    ]
  })
}

/** Not errors: the files of a cluster or a server are not on the machine on which its configuration is checked. */
export function fileWarnings(config: LoadedConfig, deps: KeyDeps): readonly Diagnostic[] {
  const sources = config.settings.issuers.flatMap(({ keys }, index) =>
    sourcesOf(keys).map((one, part) => ({
      keys: one,
      place: `issuers/${index}/keys${keys.kind === 'several' ? `/${part}` : ''}`,
    })),
  )
  return sources.flatMap(({ keys, place }) => {
    const reach = 'reach' in keys ? keys.reach : undefined
    const files = {
      ca_file: reach?.caFile,
      client_cert_file: reach?.clientCertFile,
      client_key_file: reach?.clientKeyFile,
      bearer_file: reach?.bearerFile,
    }
    return Object.entries(files).flatMap(([setting, file]): readonly Diagnostic[] => {
      if (file === undefined || isReadable(file, deps)) return []
      const message = `${setting} ${file} cannot be read now`
      const position = config.positionOfSetting(`${place}/${setting}`)
      const hints = ['no keys are fetched for this issuer until the file can be read']
      return [{ code: 'WARN_KEYS_FILE_UNREADABLE', severity: 'warning', message, position, hints }]
    })
  })
}

function isReadable(file: string, deps: KeyDeps): boolean {
  try {
    deps.readFileSync(file)
    return true
  } catch {
    return false
  }
}
