/** The gateway and the proxies that it is compared with, all in front of the same applications. */
import { startApps, type AppPorts } from './apps.ts'
import { GATEWAY, PUBLIC_ROUTE } from './gateway-rows.ts'
import { guardedUrl, publicUrl, startGateway } from './gateway-server.ts'
import { PLAIN_PROXIES, startPlainProxies } from './plain-proxies.ts'
import type { Bench, RunningServer } from './processes.ts'
import { createMinter, type Minter } from './tokens.ts'

export interface Contender extends RunningServer {
  readonly fileUrl: (port: number, file: string) => string
}

export interface Contenders {
  readonly apps: AppPorts
  readonly minter: Minter
  /** Sent to all of them: its kilobyte must be read, whether or not it is judged. */
  readonly headers: Readonly<Record<string, string>>
  /** By the name of their rows. */
  readonly servers: Readonly<Record<string, Contender>>
  /** Names of those that could not be installed. */
  readonly missing: readonly string[]
}

/** The gateway by its guarded and its public route, and the plain reverse proxies. */
export async function startContenders(bench: Bench): Promise<Contenders> {
  const minter = createMinter('RS256')
  const apps = await startApps(bench)
  const gateway = await startGateway(bench, { minter, apps })
  const servers: Record<string, Contender> = {
    [GATEWAY]: { ...gateway, fileUrl: guardedUrl },
    [PUBLIC_ROUTE]: { ...gateway, fileUrl: publicUrl },
  }
  const proxies = await startPlainProxies(bench, apps)
  for (const [name, server] of Object.entries(proxies)) servers[name] = { ...server, fileUrl: guardedUrl }
  const missing = PLAIN_PROXIES.filter((name) => !(name in proxies))
  return { apps, minter, headers: { Authorization: `Bearer ${minter.mint(0)}` }, servers, missing }
}

/** Measures each of them. */
export const forEach = <M>(
  servers: Readonly<Record<string, Contender>>,
  toMeasure: (server: Contender) => M,
): Readonly<Record<string, M>> =>
  Object.fromEntries(Object.entries(servers).map(([name, server]) => [name, toMeasure(server)]))
