/** Files with secrets that every user of the machine may read. */
import { realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { diagnosticAt, type Diagnostic } from '../diagnostic.ts'
import type { LoadedConfig } from '../load-config.ts'
import type { SecretFile } from '../secret-files.ts'
import { quoted } from '../../printable.ts'
import { allKeySourcesOf, listenerSetting, placedBasicAuthsOf } from '../setting-places.ts'

const OTHERS_READ = 0o004
const OTHERS_ENTER = 0o001

/** One warning for each file, with the command that closes it. */
export function readableSecretWarnings(config: LoadedConfig): readonly Diagnostic[] {
  const places = new Map<string, SecretFile['position']>()
  for (const { file, position } of [...config.secretFiles, ...namedFiles(config)])
    if (!places.has(file)) places.set(file, position)
  return [...places]
    .filter(([file]) => isReadableByOthers(file))
    .map(([file, position]) => {
      const message = `every user of this machine may read the secrets in ${quoted(file)}`
      const hints = [
        `chmod o-r '${file}'`,
        'for a Kubernetes volume, set its `defaultMode: 0440`, and `fsGroup` of the pod',
      ]
      return diagnosticAt(position(), 'WARN_CONFIG_SECRET_READABLE', message, ...hints)
    })
}

/** Private keys, tokens and hashes of passwords that settings name by their file. */
function namedFiles(config: LoadedConfig): readonly SecretFile[] {
  const { listen, admin, upstreams, issuers, routes } = config.settings
  const found: { readonly file: string | undefined; readonly setting: string }[] = []
  for (const [i, { tls }] of listen.gateway.entries())
    for (const { keyFile } of tls?.certificates ?? [])
      found.push({ file: keyFile, setting: `${listenerSetting(listen.gateway, i)}/tls` })
  for (const { keyFile } of admin.tls?.certificates ?? []) found.push({ file: keyFile, setting: 'admin/tls' })
  for (const { name, clientCertificate } of upstreams)
    found.push({ file: clientCertificate?.keyFile, setting: `upstreams/${name}` })
  for (const { keys, setting } of allKeySourcesOf(issuers)) {
    const reach = 'reach' in keys ? keys.reach : undefined
    found.push({ file: reach?.clientKeyFile, setting: `${setting}/client_key_file` })
    found.push({ file: reach?.bearerFile, setting: `${setting}/bearer_file` })
    if (keys.kind === 'jwks_file' && keys.allowSymmetric === true)
      found.push({ file: keys.file, setting: `${setting}/jwks_file` })
  }
  for (const { basicAuth, setting } of placedBasicAuthsOf(routes))
    found.push({ file: basicAuth.usersFile, setting: `${setting}/basic_auth/users_file` })
  return found.flatMap(({ file, setting }) =>
    file === undefined ? [] : [{ file, position: () => config.positionOfSetting(setting) }],
  )
}

/** Other users need access to its directory, too: they cannot read a file in a directory of one user alone. */
function isReadableByOthers(file: string): boolean {
  try {
    let path = realpathSync(file)
    if ((statSync(path).mode & OTHERS_READ) === 0) return false
    while (path !== dirname(path)) {
      path = dirname(path)
      if ((statSync(path).mode & OTHERS_ENTER) === 0) return false
    }
    return true
  } catch {
    // It does not exist, or is not a file of a file system; its reader reports that.
    return false
  }
}
