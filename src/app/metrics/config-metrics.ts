/** The metrics of the process that has the configuration and the keys. */
import packageJson from '../../../package.json' with { type: 'json' }
import type { WorkerHealth } from '../../admin/health.ts'
import { partsOf } from '../../keys/key-source.ts'
import type { ServingInstance } from '../build-instance.ts'
import type { ServiceMetrics } from './service-metrics.ts'

/**
 * Reads them at each scrape.
 *
 * @param current Returns the instance in force.
 * @param workers Absent for a service of one process.
 */
export function watchConfiguration(
  { registry, keys, reloads }: ServiceMetrics,
  current: () => ServingInstance,
  workers: (() => readonly WorkerHealth[]) | undefined,
): void {
  registry.readAtScrape(reloads.read)
  registry.readAtScrape(
    keys.reader(() =>
      current().guard.issuers.flatMap(({ settings, keys: source }) =>
        partsOf(source).map((part) => ({ issuer: settings.name, status: part.status() })),
      ),
    ),
  )
  registry.readAtScrape((write) => {
    const { digest, format = 'warder' } = current().config
    const all = workers?.() ?? [{ isServing: true }]
    const serving = all.filter(({ isServing }) => isServing).length
    write('warder_build_info', [packageJson.version, `bun ${Bun.version}`], 1)
    write('warder_config_info', [digest, format], 1)
    write('warder_workers', ['serving'], serving)
    write('warder_workers', ['starting'], all.length - serving)
  })
}
