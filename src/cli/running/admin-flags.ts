/** The flags of every command that asks a running Warder. */
import type { Flag } from '../flags.ts'

export interface AdminOptions {
  readonly server?: string
  readonly config?: string
  readonly adminTokenFile?: string
  readonly caFile?: string
  readonly clientCertificate?: string
  readonly clientKey?: string
}

/** Where the admin listener is if neither a flag nor the environment names it: the default of the configuration. */
export const DEFAULT_SERVER = 'http://127.0.0.1:9181'

/** How the listener is recognised, and what it is shown. */
export const ACCESS_FLAGS: readonly Flag[] = [
  ['--admin-token-file <file>', 'token of the admin listener, in a file (default: WARDER_ADMIN_TOKEN_FILE)'],
  ['--ca-file <file>', 'authority of its certificate, in PEM form, in place of those of the system'],
  ['--client-certificate <file>', 'client certificate for it, in PEM form, with --client-key'],
  ['--client-key <file>', 'private key of the client certificate'],
]

/** The same, and where the listener is. */
export const ADMIN_FLAGS: readonly Flag[] = [
  [
    '--server <url>',
    `admin listener: http://HOST:PORT, https:// or unix:PATH (default: WARDER_SERVER, that of -c, ${DEFAULT_SERVER})`,
  ],
  ['-c, --config <file>', 'ask the admin listener that this configuration names'],
  ...ACCESS_FLAGS,
]
