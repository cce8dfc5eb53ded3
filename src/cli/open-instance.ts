/** Loads the configuration for a command, and reports what is wrong with it. */
import type { Instance } from '../app/build-instance.ts'
import { loadInstance } from '../app/load-instance.ts'
import { snapshotFiles } from '../app/keys/snapshot-files.ts'
import { systemKeyDeps } from '../app/system.ts'
import { diagnosticsToJson, formatDiagnostics } from '../config/format-diagnostics.ts'
import type { ConfigFailure } from '../config/load-config.ts'
import type { KeyDeps } from '../keys/key-deps.ts'
import { writeJson, type Cli } from './cli.ts'
import { findConfigFile } from './config-file.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'

/** Longest wait for the keys of all issuers, in milliseconds: one fetch at its default timeout, and some. */
const KEYS_WAIT_MS = 6_000

/** Snapshots of the service are read but never written: a command may run as another user. */
const READ_ONLY: KeyDeps = { ...systemKeyDeps, snapshots: { read: snapshotFiles.read } }

/** Key sources that never ask the network. */
const offline: KeyDeps['fetch'] = () => Promise.reject(new Error('offline'))
const OFFLINE: KeyDeps = { ...READ_ONLY, fetch: offline, fetchVia: () => offline }

type Use = (instance: Instance) => ExitCode | Promise<ExitCode>

/**
 * Runs `use` with the configuration, without asking any issuer. An invalid configuration is reported, and the
 * exit code is 3.
 *
 * @param named The value of `-c`, if it was given.
 * @throws WarderError ERR_CLI_CONFIG_NOT_FOUND
 */
export const withConfig = (cli: Cli, named: string | undefined, use: Use): Promise<ExitCode> =>
  open(cli, named, OFFLINE, use)

/** The same after the issuers' keys have been fetched; keys that are late or unreachable are missing. */
export const withKeys = (cli: Cli, named: string | undefined, use: Use): Promise<ExitCode> =>
  open(cli, named, READ_ONLY, async (instance) => {
    await settled(instance.started, KEYS_WAIT_MS)
    return use(instance)
  })

/** Prints diagnostics for people, and with `--json` for programs as well. */
export function reportFailure(cli: Cli, failure: ConfigFailure): ExitCode {
  cli.stderr.write(formatDiagnostics(failure.diagnostics, failure.source, { colour: cli.colour.stderr }))
  if (cli.json) {
    const diagnostics = diagnosticsToJson(failure.diagnostics)
    writeJson(cli, 'warder.check/v1', { ok: false, file: failure.source.file, diagnostics })
  }
  return EXIT.configInvalid
}

async function open(cli: Cli, named: string | undefined, deps: KeyDeps, use: Use): Promise<ExitCode> {
  const loaded = await loadInstance(findConfigFile(named, cli.env), deps)
  if (!loaded.ok) return reportFailure(cli, loaded.error)
  try {
    return await use(loaded.value)
  } finally {
    loaded.value.close()
  }
}

async function settled(started: Promise<void>, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([started, late])
  clearTimeout(timer)
}
