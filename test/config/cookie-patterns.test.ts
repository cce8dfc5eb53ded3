import { describe, expect, it } from 'bun:test'
import { showConfig } from '../../src/config/show-config.ts'
import { loadBad, loadGood } from './load-text.ts'

const config = (cookies: string): string => `version: 1
routes:
  - match: {}
    upstream: app
    forward_auth: { url: "http://10.0.0.9:4180/auth", answer_cookies: ${cookies} }
upstreams: { app: { servers: ["http://10.0.0.5:8000"] } }
listen: { gateway: ":8080" }
`

describe('answer_cookies', () => {
  it('are names, or beginnings with a star, and are shown as they were written', async () => {
    const good = await loadGood(config('[sid, _oauth2_proxy*]'))
    const [route] = good.settings.routes
    expect(route?.access).toMatchObject({ forwardAuth: { answerCookies: ['sid', '_oauth2_proxy*'] } })
    expect((await loadGood(showConfig(good.settings))).settings).toEqual(good.settings)
  })

  for (const cookies of ['"*"', '"a*b"', '"**"', '"*a"', '"a b*"'])
    it(`are not ${cookies}`, async () => {
      const { diagnostics } = await loadBad(config(cookies))
      expect(diagnostics.map(({ code }) => code)).toEqual(['ERR_CONFIG_HEADER'])
    })
})
