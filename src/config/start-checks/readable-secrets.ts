/** Files with secrets that every user of the machine may read. */
import { realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Diagnostic, SourcePosition } from '../diagnostic.ts'
import type { LoadedConfig } from '../load-config.ts'
import { quoted } from '../printable.ts'
import { judgesOf } from '../route-judges.ts'
import { sourcesOf } from '../../keys/sources-of.ts'

const OTHERS_READ = 0o004
const OTHERS_ENTER = 0o001

/** One warning for each file, with the command that closes it. */
export function readableSecretWarnings(config: LoadedConfig): readonly Diagnostic[] {
  const places = new Map<string, SourcePosition>()
  for (const { file, position } of [...config.secretFiles, ...namedFiles(config)])
    if (!places.has(file)) places.set(file, position)
  return [...places]
    .filter(([file]) => isReadableByOthers(file))
    .map(([file, position]) => ({
      code: 'WARN_CONFIG_SECRET_READABLE',
      severity: 'warning',
      message: `every user of this machine may read the secrets in ${quoted(file)}`,
      position,
      hints: [
        `chmod o-r '${file}'`,
        'for a Kubernetes volume, set its `defaultMode: 0440`, and `fsGroup` of the pod',
      ],
    }))
}

/** Private keys, tokens and hashes of passwords that settings name by their file. */
function namedFiles(config: LoadedConfig): LoadedConfig['secretFiles'] {
  const { listen, upstreams, issuers, routes } = config.settings
  const found: { readonly file: string | undefined; readonly setting: string }[] = []
  for (const [i, { tls }] of listen.gateway.entries()) {
    const at = listen.gateway.length === 1 ? 'listen/gateway/tls' : `listen/gateway/${i}/tls`
    for (const { keyFile } of tls?.certificates ?? []) found.push({ file: keyFile, setting: at })
  }
  for (const { name, clientCertificate } of upstreams)
    found.push({ file: clientCertificate?.keyFile, setting: `upstreams/${name}` })
  for (const [i, { keys }] of issuers.entries()) {
    for (const [part, one] of sourcesOf(keys).entries()) {
      const at = `issuers/${i}/keys${keys.kind === 'several' ? `/${part}` : ''}`
      const reach = 'reach' in one ? one.reach : undefined
      found.push({ file: reach?.clientKeyFile, setting: `${at}/client_key_file` })
      found.push({ file: reach?.bearerFile, setting: `${at}/bearer_file` })
      if (one.kind === 'jwks_file' && one.allowSymmetric === true)
        found.push({ file: one.file, setting: `${at}/jwks_file` })
    }
  }
  for (const [i, { access }] of routes.entries()) {
    for (const judge of judgesOf(access))
      if (judge.kind === 'basic_auth')
        found.push({ file: judge.basicAuth.usersFile, setting: `routes/${i}/basic_auth/users_file` })
  }
  return found.flatMap(({ file, setting }) =>
    file === undefined ? [] : [{ file, position: config.positionOfSetting(setting) }],
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
