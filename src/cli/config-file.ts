/** Which configuration file a command reads. */
import { existsSync } from 'node:fs'
import { WarderError } from '../errors.ts'

/** The usual places, in order; the first one that exists is read. */
const CONFIG_FILES: readonly string[] = ['warder.yaml', '/etc/warder/warder.yaml']

type Env = Readonly<Record<string, string | undefined>>

/**
 * The file that was named, else that of WARDER_CONFIG, else the first of the usual places; undefined for none. A
 * named file is used as it is, so that a typo never loads another file.
 */
export const lookForConfigFile = (
  named: string | undefined,
  env: Env,
  exists: (file: string) => boolean = existsSync,
): string | undefined => named ?? (env['WARDER_CONFIG'] || undefined) ?? CONFIG_FILES.find(exists)

/**
 * The same for commands that need one.
 *
 * @throws WarderError ERR_CLI_CONFIG_NOT_FOUND
 */
export function findConfigFile(
  named: string | undefined,
  env: Env,
  exists?: (file: string) => boolean,
): string {
  const file = lookForConfigFile(named, env, exists)
  if (file !== undefined) return file
  throw new WarderError('ERR_CLI_CONFIG_NOT_FOUND', 'there is no configuration file', {
    hints: [
      `looked for ${CONFIG_FILES.map((place) => (place.startsWith('/') ? place : `./${place}`)).join(' and ')}; WARDER_CONFIG is not set`,
      'name one: -c FILE',
      'or write a first one, and change its issuer: warder dev --print-config > warder.yaml',
      'to try Warder without one: warder dev',
    ],
  })
}
