/** `warder dev` as a newcomer meets it: the three lines that it prints are pasted into a shell. */
import { afterAll, beforeAll, expect, it } from 'bun:test'
import { join } from 'node:path'
import { startProgram, type ChildProgram } from '../support/live/child-program.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { freePort } from '../support/live/loopback.ts'
import { liveSuite } from '../support/live/live-suite.ts'

const MAIN = join(import.meta.dir, '../../src/cli/main.ts')

liveSuite('`warder dev`', ['curl'], () => {
  const cleanup = createCleanup()
  let dev: ChildProgram
  beforeAll(async () => {
    const [decisions, admin] = [await freePort(), await freePort()]
    const flags = ['--decisions', `127.0.0.1:${decisions}`, '--admin', `127.0.0.1:${admin}`]
    dev = startProgram([process.execPath, MAIN, 'dev', ...flags])
    cleanup.add(() => dev.stop('SIGKILL'))
    await dev.ready('its banner', () => /Ctrl-C/.exec(dev.output())?.[0])
  })
  afterAll(() => cleanup.run())

  it('prints commands that are answered as announced: 200, 401 and 403', async () => {
    const lines = [...dev.output().matchAll(/^ +# (\d{3}).*\n +(curl .+)$/gm)]
    expect(lines.map(([, status]) => status)).toEqual(['200', '401', '403'])
    for (const [, status, command = ''] of lines) {
      const answer = await paste(command)
      expect(answer).toStartWith(`HTTP/1.1 ${status} `)
      if (status === '200') expect(answer.toLowerCase()).toContain('x-auth-subject: alice')
    }
  })

  it('logs each denial with its reason, and no part of a token', async () => {
    const reasons = await dev.ready('two denials', () => {
      const found = [...dev.output().matchAll(/"reason":"(\w+)"/g)].map(([, reason]) => reason)
      return found.length < 2 ? undefined : found
    })
    expect(reasons).toEqual(['token_missing', 'scope_missing'])
    expect(dev.output()).not.toContain('eyJ')
  })

  it('ends with exit code 0 on SIGTERM', async () => expect(await dev.stop()).toBe(0))
})

async function paste(command: string): Promise<string> {
  const child = Bun.spawn(['sh', '-c', command], { stdin: 'ignore', stdout: 'pipe', stderr: 'ignore' })
  return new Response(child.stdout).text()
}
