import { describe, expect, it } from 'bun:test'
import type { ProbeExchange } from '../../../src/cli/doctor/judging/arrival.ts'
import type { Asker } from '../../../src/cli/doctor/asking/answer.ts'
import { CLIENT_PROBES } from '../../../src/cli/doctor/probes/client-probes.ts'
import { runProbes } from '../../../src/cli/doctor/run-probes.ts'
import { answer, DENIAL, denied, judgeAll, makeSite } from './judging.ts'

const CLAIMED = '203.0.113.66'
const of = (client: string | null | undefined): ProbeExchange => ({ ...denied(), client })

judgeAll({
  'client-address': [
    ['the address that the proxy sees', [of('127.0.0.1'), of('127.0.0.1')], 'pass'],
    ['the address that the client claims, once', [of('127.0.0.1'), of(CLAIMED)], 'fail'],
    ['a claimed address beside a decision that is gone', [of(undefined), of(CLAIMED)], 'fail'],
    ['no address', [of(null), of(null)], 'warning'],
    ['an address for some fields', [of(null), of('192.0.2.7')], 'pass'],
    ['a decision that is gone', [of('127.0.0.1'), of(undefined)], 'unknown'],
  ],
})

describe('the probe of the client', () => {
  const asker: Asker = {
    ask: async () => answer(401, { ...DENIAL, 'X-Decision-Id': 'ID' }),
    askInTurn: async () => [],
  }
  const run = (site: Parameters<typeof makeSite>[0]) =>
    runProbes(CLIENT_PROBES, makeSite({ token: undefined, ...site }), asker, () => undefined)

  it('is left out if the running Warder was not named', async () => {
    expect(await run({})).toEqual([])
  })

  it('asks for each decision by the id that the client got', async () => {
    const asked: string[] = []
    const clientOf = async (id: string): Promise<string> => {
      asked.push(id)
      return CLAIMED
    }
    const [report] = await run({ clientOf, proxy: 'nginx' })
    expect(report).toMatchObject({ name: 'client-address', result: 'fail' })
    expect(report?.fix?.join()).toContain('proxy_set_header X-Forwarded-For $remote_addr;')
    expect(new Set(asked)).toEqual(new Set(['ID']))
  })
})
