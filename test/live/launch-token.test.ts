/** A jwtauthrequest configuration at its start: on a terminal with a token, in a journal without one. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { freePort } from '../support/live/loopback.ts'
import { startServe } from '../support/live/serve-command.ts'
import { createTempDir } from '../support/live/temp-dir.ts'

const MAIN = join(import.meta.dir, '../../src/cli/main.ts')
const cleanup = createCleanup()
afterEach(() => cleanup.run())

const TOKEN = /eyJ[\w-]+\.[\w-]+\.[\w-]+/

const CLIENT = {
  endpoints: ['/auth'],
  name: "the developers' endpoint",
  'required-claims': ['exp', 'iss', 'nbf', 'team'],
  'allowed-algo': ['HS256'],
  'token-name': 'Authorization',
  'trim-prefix': 'Bearer ',
  audience: ['developer'],
  HMAC: 'qwertyuiopasdfghjklzxcvbnm123456',
  issuer: 'golang',
}

const CLIENTS: readonly (readonly [what: string, client: object])[] = [
  ['with all that there is', CLIENT],
  ['without issuer and audience', { ...CLIENT, issuer: undefined, audience: undefined }],
  ['without required claims', { ...CLIENT, 'required-claims': ['exp'] }],
]

async function write(client: object): Promise<{ readonly file: string; readonly port: number }> {
  const directory = join(createTempDir(cleanup), "it's here")
  mkdirSync(directory)
  const port = await freePort()
  const file = join(directory, 'config.json')
  writeFileSync(file, JSON.stringify({ 'listen-port': `127.0.0.1:${port}`, clients: [client] }))
  return { file, port }
}

describe('the start of a jwtauthrequest configuration', () => {
  for (const [what, client] of CLIENTS) {
    it(`writes a command into a journal, and no token, that makes one (${what})`, async () => {
      const { file, port } = await write(client)
      const warder = await startServe(file, port, cleanup)
      await warder.ready('the command', () => /curl -I .*/.exec(warder.output())?.[0])
      expect(warder.output()).not.toMatch(TOKEN)
      const command = /^ {2}(curl -I .*)$/m.exec(warder.output())?.[1] ?? ''
      const shell = `warder() { "$BUN" "$MAIN" "$@"; }; ${command}`
      const ran = Bun.spawnSync(['sh', '-c', shell], { env: { ...process.env, BUN: process.execPath, MAIN } })
      expect(ran.stdout.toString()).toStartWith('HTTP/1.1 200')
    })
  }

  it.if(Bun.which('script') !== null)('prints a token on a terminal', async () => {
    const { file, port } = await write(CLIENT)
    const terminal = await startServe(file, port, cleanup, { onTerminal: true })
    const token = await terminal.ready('the token', () => TOKEN.exec(terminal.output())?.[0])
    expect((await fetch(`http://127.0.0.1:${port}/auth?token=${token}`)).status).toBe(200)
    expect((await fetch(`http://127.0.0.1:${port}/auth?token=${token}x`)).status).toBe(403)
  })
})
