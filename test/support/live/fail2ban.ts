/** fail2ban as operators run it: the filters of contrib/, on a log, without touching the firewall. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startProgram, type ChildProgram } from './child-program.ts'
import type { Cleanup } from './cleanup.ts'
import { createTempDir } from './temp-dir.ts'

const FILTERS = fileURLToPath(new URL('../../../contrib/fail2ban/filter.d/', import.meta.url))
const JAILS = fileURLToPath(new URL('../../../contrib/fail2ban/jail.d/warder.conf', import.meta.url))

export type FilterName = 'warder-passwords' | 'warder-tokens'

/** The addresses that a filter finds in a log, line by line. */
export async function addressesIn(
  log: string,
  filter: FilterName,
  flags: readonly string[] = [],
): Promise<readonly string[]> {
  const child = startProgram(['fail2ban-regex', ...flags, '-o', 'ip', log, `${FILTERS}${filter}.conf`])
  await child.exited
  return child.output().split('\n').filter(Boolean)
}

export interface RunningFail2ban {
  readonly process: ChildProgram
  /** The actions so far: `+192.0.2.1` is a ban. */
  actions(): readonly string[]
  /** Of a jail: how many lines were a failure. */
  failures(jail: FilterName): Promise<number>
}

/**
 * A server of its own with the jails of contrib/ on a log file; a ban is a line in a file.
 *
 * @param log Exists.
 */
export function startFail2ban(log: string, cleanup: Cleanup): RunningFail2ban {
  const folder = createTempDir(cleanup)
  for (const name of ['action.d', 'filter.d']) mkdirSync(join(folder, name))
  const banned = join(folder, 'banned')
  const socket = join(folder, 'socket')
  for (const name of ['warder-passwords', 'warder-tokens'])
    writeFileSync(join(folder, 'filter.d', `${name}.conf`), readFileSync(`${FILTERS}${name}.conf`))
  writeFileSync(
    join(folder, 'action.d', 'write.conf'),
    `[Definition]\nactionban = echo "+<ip>" >> ${banned}\nactionunban = echo "-<ip>" >> ${banned}\n`,
  )
  writeFileSync(
    join(folder, 'fail2ban.conf'),
    `[Definition]\nloglevel = INFO\nlogtarget = STDOUT\nsyslogsocket = auto\nsocket = ${socket}\npidfile = ${folder}/pid\ndbfile = None\ndbpurgeage = 1d\n`,
  )
  const jails = readFileSync(JAILS, 'utf8')
    .replaceAll('backend = systemd', `backend = polling\nlogpath = ${log}\nusedns = no`)
    .replaceAll(/^banaction = .*$/gm, 'action = write\nfilter = %(__name__)s')
  writeFileSync(join(folder, 'jail.conf'), jails)
  const process = startProgram([
    'fail2ban-server',
    '-f',
    '-c',
    folder,
    '-s',
    socket,
    '-p',
    `${folder}/pid`,
    'start',
  ])
  cleanup.add(() => process.stop())
  return {
    process,
    actions: () => {
      try {
        return readFileSync(banned, 'utf8').trimEnd().split('\n')
      } catch {
        return []
      }
    },
    async failures(jail) {
      const client = startProgram(['fail2ban-client', '-c', folder, '-s', socket, 'status', jail])
      await client.exited
      return Number(/Total failed:\s+(\d+)/.exec(client.output())?.[1] ?? -1)
    },
  }
}
