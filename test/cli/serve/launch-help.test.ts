import { describe, expect, it } from 'bun:test'
import { launchTokens } from '../../../src/cli/serve/launch-help.ts'
import { README } from '../../support/jwtauthrequest.ts'
import { runService } from '../../support/run-service.ts'

const CONFIG = README.replace(':8081', ':0')

describe('a jwtauthrequest configuration', () => {
  it('is answered 200 or 403 and nothing else, by GET and HEAD, from the header and the query', async () => {
    const { service, decisionsPort } = await runService(CONFIG)
    const url = `http://127.0.0.1:${decisionsPort}/auth`
    const [launch] = launchTokens(service.instance.config, Date.now())
    const token = launch?.token ?? ''
    const status = async (query: string, init: RequestInit = {}): Promise<number> =>
      (await fetch(url + query, init)).status
    const bearer = { headers: { Authorization: `Bearer ${token}` } }
    expect(launch?.path).toBe('/auth')
    expect(await status(`?token=${token}`)).toBe(200)
    expect(await status(`?token=${token}`, { method: 'HEAD' })).toBe(200)
    expect(await status(`?Authorization=${token}`)).toBe(200)
    expect(await status('', bearer)).toBe(200)
    expect(await status('', { headers: { Authorization: token } })).toBe(200)
    expect(await status('')).toBe(403)
    expect(await status('?token=x')).toBe(403)
    expect(await status('', { ...bearer, method: 'POST' })).toBe(403)
    await service.stop(0)
  })

  it('prints tokens that are valid for one hour and no longer', async () => {
    const { service, decisionsPort } = await runService(CONFIG)
    const anHourAgo = Date.now() - 3_601_000
    const [old] = launchTokens(service.instance.config, anHourAgo)
    expect((await fetch(`http://127.0.0.1:${decisionsPort}/auth?token=${old?.token}`)).status).toBe(403)
    await service.stop(0)
  })
})
