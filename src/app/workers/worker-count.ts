/** How many processes serve. */
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import type { Settings } from '../../settings/definition.ts'

export interface WorkerCount {
  /** 1: no supervisor, this process serves alone. */
  readonly count: number
  /** Why there is one process although the configuration allows several. */
  readonly why?: string
}

/** The machine, as far as it matters here. */
export interface Machine {
  readonly platform: string
  /** Cores that this process may use. */
  readonly cores: () => number
}

const SYSTEM: Machine = {
  platform: process.platform,
  cores: () => Math.min(availableParallelism(), readCpuQuota(readText) ?? Number.POSITIVE_INFINITY),
}

/** Decides on `workers`. */
export function countWorkers(
  { workers, listen }: Pick<Settings, 'workers' | 'listen'>,
  { platform, cores }: Machine = SYSTEM,
): WorkerCount {
  if (workers === 1) return { count: 1 }
  const addresses = [
    listen.decisions,
    ...(listen.grpc === null ? [] : [listen.grpc]),
    ...(listen.spoe === null ? [] : [listen.spoe]),
    ...listen.gateway.map(({ address }) => address),
  ]
  // Only Linux spreads the connections of one address over several processes; macOS gives all of them to one.
  if (platform !== 'linux') return { count: 1, why: `${platform} does not spread connections over processes` }
  if (addresses.every(({ kind }) => kind === 'unix'))
    return { count: 1, why: 'a unix socket belongs to one process' }
  return { count: workers === 'auto' ? Math.max(1, cores()) : workers }
}

/**
 * What {@link countWorkers} will probably find, by a look at the text of a configuration: for work that a wrong guess
 * only wastes.
 */
export function mayHaveWorkers(text: string, { platform, cores }: Machine = SYSTEM): boolean {
  const written = /^[ \t]*"?workers"?[ \t]*:[ \t]*"?(\w+)/m.exec(text)?.[1]
  if (platform !== 'linux' || written === '1') return false
  return Number(written) > 1 || cores() > 1
}

/**
 * The cores that a container may use, rounded up; undefined without a limit. `cpu.max` is the file of cgroup v2, the
 * others are those of v1.
 *
 * @param read The text of a file; undefined if it cannot be read.
 */
export function readCpuQuota(read: (path: string) => string | undefined): number | undefined {
  const [quota, period] =
    read('/sys/fs/cgroup/cpu.max')?.split(/\s+/) ??
    ['cpu.cfs_quota_us', 'cpu.cfs_period_us'].map((name) => read(`/sys/fs/cgroup/cpu/${name}`)?.trim())
  const cores = Number(quota) / Number(period)
  return Number.isFinite(cores) && cores > 0 ? Math.ceil(cores) : undefined
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
