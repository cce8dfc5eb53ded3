import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'bun:test'
import type { ChildProgram } from '../support/live/child-program.ts'
import { README } from '../support/jwtauthrequest.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort } from '../support/live/loopback.ts'
import { startNginx } from '../support/live/nginx.ts'
import { ask, openClient, requestText, type RawResponse } from '../support/live/raw-client.ts'
import { startServe } from '../support/live/serve-command.ts'
import { createTempDir } from '../support/live/temp-dir.ts'

/** The nginx configuration of its README. */
const SNIPPET = `
location / {
    auth_request /_oauth2_token_introspection;                              
    alias /var/www/html;
}
location = /_oauth2_token_introspection {
    proxy_method      GET;
    proxy_pass        http://localhost:8081/auth;
}
`

liveSuite('jwtauthrequest: its example configuration behind its nginx snippet', ['nginx'], () => {
  const cleanup = createCleanup()
  let warder: ChildProgram
  let warderPort = 0
  let port = 0
  beforeAll(async () => {
    const dir = createTempDir(cleanup)
    warderPort = await freePort()
    const file = join(dir, 'config.json')
    // Changed are only the port, which must be free here, and the directory.
    writeFileSync(file, README.replace('8081', String(warderPort)))
    warder = await startServe(file, warderPort, cleanup, { onTerminal: true })
    // The printed \`alias\` has no slash at its end, so nginx puts the file's name right behind it.
    mkdirSync(join(dir, 'www'))
    writeFileSync(join(dir, 'www/htmlpage.txt'), 'the page')
    port = await freePort()
    const snippet = SNIPPET.replace('8081', String(warderPort)).replace('/var/www/html', `${dir}/www/html`)
    await startNginx(`server { listen 127.0.0.1:${port}; ${snippet} }`, port, cleanup)
  })
  afterAll(() => cleanup.run())

  const launchToken = (): Promise<string> =>
    warder.ready('the test token', () => /token=([\w-]+\.[\w-]+\.[\w-]+)/.exec(warder.output())?.[1])

  const askWith = (method: string, token: string | undefined): Promise<RawResponse> => {
    const headers = token === undefined ? [] : [['Authorization', `Bearer ${token}`] as const]
    return ask(port, { method, target: '/page.txt', headers })
  }

  it('answers 200 to the token printed at launch, for GET and HEAD', async () => {
    const response = await askWith('GET', await launchToken())
    expect(response.status).toBe(200)
    expect(response.body).toBe('the page')
    expect((await askWith('HEAD', await launchToken())).status).toBe(200)
  })

  it('answers 403 without a token, and 401 never', async () => {
    const response = await askWith('GET', undefined)
    expect(response.status).toBe(403)
    expect(response.values('WWW-Authenticate')).toEqual([])
  })

  it('answers 403 to a changed token', async () => {
    const token = await launchToken()
    const changed = token.slice(0, -4) + (token.endsWith('AAAA') ? 'BBBB' : 'AAAA')
    expect((await askWith('GET', changed)).status).toBe(403)
  })

  it('judges uploads too, though this snippet announces their bodies', async () => {
    const client = await openClient(port)
    const headers = [['Authorization', `Bearer ${await launchToken()}`]] as const
    for (let round = 0; round < 2; round++) {
      client.send(requestText({ method: 'POST', target: '/page.txt', headers, body: 'x'.repeat(500) }))
      // Allowed by Warder, and then refused by nginx: files take no POST.
      expect((await client.receive()).status).toBe(405)
      client.send(requestText({ method: 'POST', target: '/page.txt', body: 'x'.repeat(500) }))
      expect((await client.receive()).status).toBe(403)
    }
    client.send(requestText({ target: '/page.txt', headers }))
    expect((await client.receive()).status).toBe(200)
    client.close()
  })

  it('answers the printed curl line', async () => {
    const url = /curl -I '([^']+)'/.exec((await launchToken()) && warder.output())?.[1] ?? ''
    const response = await fetch(url, { method: 'HEAD' })
    expect(response.status).toBe(200)
    expect((await fetch(url.replace(/\?.*/, ''), { method: 'HEAD' })).status).toBe(403)
  })
})
