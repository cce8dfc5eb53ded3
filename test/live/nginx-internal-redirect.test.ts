import { createServer } from 'node:http'
import { afterEach, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { startGuardedSite, type GuardedSite } from '../support/live/guarded-site.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { listen } from '../support/live/loopback.ts'

interface Field {
  readonly site: GuardedSite
  /** The targets that the application was asked for. */
  readonly served: readonly string[]
}

liveSuite('an application that a client can make send X-Accel-Redirect', ['nginx'], () => {
  const cleanup = createCleanup()
  afterEach(() => cleanup.run())

  /** It takes the value from the query, as one that copies header fields of another server's answer does. */
  const start = async (editSnippet: (text: string) => string): Promise<Field> => {
    const served: string[] = []
    const app = createServer((request, response) => {
      const target = request.url ?? ''
      served.push(target)
      const [, redirect] = target.split('?to=')
      if (redirect !== undefined) response.setHeader('X-Accel-Redirect', redirect)
      response.end(`app ${target}`)
    })
    const port = await listen(app, cleanup)
    return { served, site: await startGuardedSite(cleanup, { editSnippet, upstream: `127.0.0.1:${port}` }) }
  }

  it('is asked for a closed path if nginx follows it', async () => {
    const { site, served } = await start((text) => {
      const wrong = text.replace(/ +proxy_ignore_headers [^\n]+\n/, '')
      if (wrong === text) throw new Error('the snippet has no such line')
      return wrong
    })
    expect((await site.ask({ target: '/public/1?to=/closed/1' })).status).toBe(200)
    expect(served).toEqual(['/public/1?to=/closed/1', '/closed/1'])
  })

  for (const target of ['/closed/1', '/_warder', '@warder_forbidden', '/public/1?to=/closed/1']) {
    it(`is not asked anew for ${target} with the printed text`, async () => {
      const { site, served } = await start((text) => text)
      const asked = `/public/1?to=${target}`
      const response = await site.ask({ target: asked })
      expect(response.body).toBe(`app ${asked}`)
      // For nginx alone, so it stays with nginx.
      expect(response.values('X-Accel-Redirect')).toEqual([])
      expect(served).toEqual([asked])
    })
  }
})
