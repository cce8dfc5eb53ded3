/** A gateway with the configuration that docs/gateway.md shows for an auth service, in front of a recorder. */
import { readFileSync } from 'node:fs'
import type { Cleanup } from './live/cleanup.ts'
import { runGateway, startRawUpstream, type RawUpstream, type RunningGateway } from './run-gateway.ts'

export interface AuthSite {
  /** What the application received. */
  readonly app: RawUpstream
  readonly gateway: RunningGateway
}

/** The configuration under a heading of docs/gateway.md. @throws Error when there is none. */
export function documentedConfig(heading: string): string {
  const doc = readFileSync(new URL('../../docs/gateway.md', import.meta.url), 'utf8')
  const [, section = ''] = doc.split(`\n### ${heading}\n`)
  const config = /^```yaml\n(.*?)^```/ms.exec(section.split('\n## ')[0] ?? '')?.[1]
  if (config === undefined) throw new Error(`docs/gateway.md has no configuration under ${heading}`)
  return config
}

/**
 * Runs a documented configuration on loopback.
 *
 * @param addresses Addresses in it, and where the test has what is there. The application is added.
 * @param port Of the gateway; 0 is any.
 */
export async function startAuthSite(
  cleanup: Cleanup,
  heading: string,
  addresses: Readonly<Record<string, string>>,
  port = 0,
): Promise<AuthSite> {
  const app = await startRawUpstream(cleanup)
  const all = { 'http://10.0.0.5:8000': app.url, ...addresses }
  let config = documentedConfig(heading)
  for (const [written, there] of Object.entries(all)) {
    if (!config.includes(written)) throw new Error(`${heading}: no ${written} in the configuration`)
    config = config.replaceAll(written, there)
  }
  config = config.replace(/^listen: .*$/m, LISTEN.replace('PORT', String(port)))
  return { app, gateway: await runGateway(config, cleanup) }
}

// Behind a proxy that ends TLS, as the headers claim: Authelia judges nothing else.
const LISTEN = `listen:
  decisions: 127.0.0.1:0
  admin: off
  gateway: { address: "127.0.0.1:PORT", trusted_proxies: [127.0.0.1] }
drain: 0s`
