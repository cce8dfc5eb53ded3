import { createServer } from 'node:net'
import { afterEach, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { startGuardedSite, type GuardedSite } from '../support/live/guarded-site.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { listen } from '../support/live/loopback.ts'
import { createTempDir } from '../support/live/temp-dir.ts'

const PASS = /proxy_pass http:\/\/127\.0\.0\.1:(\d+);(?=\n {8}proxy_http_version 1\.1;\n {8}# Not)/

interface Field {
  readonly site: GuardedSite
  /** What the application takes for the user, one for each request. */
  readonly users: readonly (string | undefined)[]
}

liveSuite('nginx and an application that speaks SCGI, as others do FastCGI and uwsgi', ['nginx'], () => {
  const cleanup = createCleanup()
  afterEach(() => cleanup.run())

  const start = async (editSnippet: (text: string) => string): Promise<Field> => {
    const users: (string | undefined)[] = []
    const app = createServer((socket) => {
      socket.on('error', () => socket.destroy())
      socket.once('data', (chunk: Buffer) => {
        const [names, values] = [[] as string[], [] as string[]]
        const params = chunk.toString('latin1').split(':').slice(1).join(':').split('\0')
        for (const [index, word] of params.entries()) (index % 2 === 0 ? names : values).push(word)
        users.push(values[names.indexOf('HTTP_X_AUTH_SUBJECT')])
        socket.end('Status: 200 OK\r\nContent-Length: 2\r\n\r\nok')
      })
    })
    const port = await listen(app, cleanup)
    return { users, site: await startGuardedSite(cleanup, { editSnippet, upstream: `127.0.0.1:${port}` }) }
  }

  const replaced = (text: string, by: string): string => {
    const next = text.replace(PASS, by)
    if (next === text) throw new Error('the snippet has no such line')
    return next
  }
  const headers = [['X-Auth-Subject', 'mallory']] as const

  it('believes the client if the guarded location has `scgi_pass`', async () => {
    const field = await start((text) => replaced(text, 'scgi_pass 127.0.0.1:$1;'))
    await field.site.ask({ target: '/public/1', headers })
    await field.site.ask({ target: '/orders/1', headers }, field.site.mint())
    expect(field.users).toEqual(['mallory', 'mallory'])
  })

  it('believes Warder if the location passes to a server of its own, which has `scgi_pass`', async () => {
    const socket = `${createTempDir(cleanup)}/app.sock`
    const field = await start((text) => {
      const [, port] = PASS.exec(text) ?? []
      const inner = `server { listen unix:${socket}; location / { scgi_pass 127.0.0.1:${port};
        scgi_param REQUEST_URI $request_uri; scgi_param REQUEST_METHOD $request_method; } }\n`
      return replaced(text, `proxy_pass http://unix:${socket};`) + inner
    })
    expect((await field.site.ask({ target: '/public/1', headers })).status).toBe(200)
    expect((await field.site.ask({ target: '/orders/1', headers }, field.site.mint())).status).toBe(200)
    expect(field.users).toEqual([undefined, 'alice'])
  })
})
