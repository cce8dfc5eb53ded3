/** `warder doctor --server`: whether a client can choose the address that Warder's log has. */
import { afterAll, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { examine, startEchoServer } from '../support/live/doctor-site.ts'
import { startGuardedSite } from '../support/live/guarded-site.ts'
import { liveSuite } from '../support/live/live-suite.ts'

const LINE = 'proxy_set_header X-Forwarded-For $remote_addr;'
const [AUTH_LINE, CLEARED] = [`        # Warder reads none of these; what`, `        ${LINE}\n`]

liveSuite('warder doctor and the client in the log of nginx', ['nginx'], () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())

  async function probe(editSnippet: (text: string) => string) {
    const upstream = `127.0.0.1:${startEchoServer(cleanup)}`
    const site = await startGuardedSite(cleanup, {
      upstream,
      editSnippet,
      admin: '127.0.0.1:0',
    })
    const flags = ['--server', `http://${site.warder.service.addresses[1]}`]
    const examined = await examine(
      { port: site.port, token: site.mint(), configText: site.configText, flags },
      cleanup,
    )
    return { ...examined, client: examined.probe('client-address') }
  }

  it('passes with the printed text', async () => {
    const { client, code } = await probe((text) => text)
    expect(client).toMatchObject({ result: 'pass', saw: '127.0.0.1' })
    expect(code).toBe(0)
  })

  it('fails if the location that asks does not overwrite the field, and names the line', async () => {
    const { client, code } = await probe((text) => {
      expect(text).toContain(CLEARED + AUTH_LINE)
      return text.replace(CLEARED + AUTH_LINE, AUTH_LINE)
    })
    expect(client.result).toBe('fail')
    expect(client.fix?.join()).toContain(LINE)
    expect(code).toBe(5)
  })

  it('warns with a text of an earlier version, whose lines have no client', async () => {
    const { client } = await probe((text) =>
      text.replace(CLEARED + AUTH_LINE, `        proxy_set_header X-Forwarded-For "";\n${AUTH_LINE}`),
    )
    expect(client.result).toBe('warning')
  })
})
