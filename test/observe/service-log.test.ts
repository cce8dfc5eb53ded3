import { afterEach, describe, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { loadOrThrow } from '../support/run-service.ts'
import { gatewayConfig, runGateway, type RunningGateway } from '../support/run-gateway.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const FLOOD = 300

/** With nothing listening behind it. */
const configText = (more: string): string =>
  `${gatewayConfig(['http://127.0.0.1:1']).replace('access_log: true', 'access_log: false')}${more}`

/** As many requests as a flood has, by eight clients. */
async function flood(url: string, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  let left = FLOOD
  const client = async (): Promise<void> => {
    while (left-- > 0) await (await fetch(url, { headers })).arrayBuffer()
  }
  await Promise.all(Array.from({ length: 8 }, client))
}

/** Lines of their own, and the counts of those without one, of each reason. */
function countsOf({ lines }: RunningGateway): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  const add = (reason: string, more: number): void => void (counts[reason] = (counts[reason] ?? 0) + more)
  for (const line of lines) {
    if (line['event'] === 'decision') add(String(line['reason']), 1)
    if (line['event'] === 'gateway') add(String(line['fault']), 1)
    if (line['event'] === 'not_logged')
      for (const [reason, count] of Object.entries(line['counts'] as Readonly<Record<string, number>>))
        add(reason, count)
  }
  return counts
}

const linesWith = ({ lines }: RunningGateway, reason: string): number =>
  lines.filter((line) => line['reason'] === reason || line['fault'] === reason).length

describe('the log of a flood', () => {
  it('has a sample, and exact counts of the rest, of both listeners at once', async () => {
    const gateway = await runGateway(configText('log: { denials_per_second: 5 }\n'), cleanup)
    const decisions = `http://${gateway.service.addresses[0]}/v1/auth`
    await Promise.all([
      flood(`${gateway.url}/closed/x`),
      flood(`${gateway.url}/orders/1`),
      flood(`${gateway.url}/public/x`),
      flood(`${decisions}/token`),
      flood(`${decisions}/nginx`),
      flood(`${decisions}/token`, { authorization: 'Bearer opaque' }),
    ])
    await gateway.service.stop(0)
    expect(countsOf(gateway)).toMatchObject({
      route_denied: FLOOD,
      token_missing: 2 * FLOOD,
      token_malformed: FLOOD,
      origin_missing: FLOOD,
    })
    const { connect_failed: failed = 0, no_server: ejected = 0 } = countsOf(gateway)
    expect(failed + ejected).toBe(FLOOD)
    for (const reason of ['route_denied', 'token_missing', 'token_malformed', 'origin_missing', 'no_server'])
      expect(linesWith(gateway, reason)).toBeLessThan(FLOOD)
    // The first of the gateway, and of the decision listener, to which nobody named a client.
    const missing = gateway.lines.filter((line) => line['reason'] === 'token_missing')
    expect(new Set(missing.map((line) => line['client']))).toEqual(new Set(['127.0.0.1', undefined]))
  })

  it('has every line if `access_log` asks for them', async () => {
    const text = configText('log: { denials_per_second: 0 }\n').replace(
      'access_log: false',
      'access_log: true',
    )
    const gateway = await runGateway(text, cleanup)
    await flood(`${gateway.url}/closed/x`)
    await gateway.service.stop(0)
    expect(linesWith(gateway, 'route_denied')).toBe(FLOOD)
    expect(gateway.lines.some((line) => line['event'] === 'not_logged')).toBe(false)
  })

  it('has one line of a kind if no more are wanted', async () => {
    const gateway = await runGateway(configText('log: { denials_per_second: 0 }\n'), cleanup)
    await flood(`${gateway.url}/closed/x`)
    await gateway.service.stop(0)
    expect(linesWith(gateway, 'route_denied')).toBe(1)
    expect(gateway.lines.at(-1)).toMatchObject({
      level: 'warn',
      event: 'not_logged',
      of: 'decision',
      counts: { route_denied: FLOOD - 1 },
    })
  })

  it('follows a reload', async () => {
    const gateway = await runGateway(configText('log: { denials_per_second: 0 }\n'), cleanup)
    gateway.service.swap(await loadOrThrow(configText('log: { denials_per_second: 100000 }\n')))
    await flood(`${gateway.url}/closed/x`)
    expect(linesWith(gateway, 'route_denied')).toBe(FLOOD)
  })
})
