/** The commands of docs/log.md, pasted into a shell on a log. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { lineFormatter } from '../../src/observe/formats/line-style.ts'

const PAGE = readFileSync(new URL('../../docs/log.md', import.meta.url), 'utf8')
const SECTION = /^## Who was denied, and why\n([\s\S]*?)^## /m.exec(PAGE)?.[1] ?? ''
const COMMANDS = [...SECTION.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, command = '']) => command)
const ID = /01[A-Z0-9]{24}/.exec(SECTION)?.[0]

const format = lineFormatter({ format: 'json', isColoured: false })
const line = (fields: Readonly<Record<string, unknown>>): string =>
  format('info', '2026-11-29T10:00:00.000Z', { event: 'decision', outcome: 'deny', ...fields }, 'm')

liveSuite('the commands of docs/log.md', ['jq'], () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())

  it('print who was denied, and why', async () => {
    const folder = createTempDir(cleanup)
    const aud = { reason: 'audience_mismatch', issuer: 'main', expected: 'has one of ["a"]', found: 'b' }
    writeFileSync(
      join(folder, 'warder.log'),
      [
        line({ ...aud, client: '203.0.113.9', route: 'read', policy: 'orders' }),
        line({ ...aud, client: '203.0.113.9', route: 'read', policy: 'orders', id: ID }),
        line({ reason: 'token_missing', client: '203.0.113.8' }),
        line({ outcome: 'allow', reason: 'ok' }),
        line({ event: 'not_logged', outcome: undefined, of: 'decision', counts: { token_missing: 40 } }),
        line({ event: 'not_logged', outcome: undefined, of: 'allow', counts: { ok: 40 } }),
        // The half of a line that a killed process leaves, and what another program writes.
        '{"level":"info","ti\n',
        'warder: 2 workers\n',
      ].join(''),
    )
    const printed = COMMANDS.map((command) => {
      const { stdout, stderr } = Bun.spawnSync(['sh', '-c', command], { cwd: folder })
      expect(stderr.toString()).toBe('')
      return stdout
        .toString()
        .trimEnd()
        .split('\n')
        .map((row) => row.trim())
    })
    expect(printed).toEqual([
      ['41\ttoken_missing', '2\taudience_mismatch'],
      ['2 203.0.113.9\taudience_mismatch\tread\torders', '1 203.0.113.8\ttoken_missing\t-\t-'],
      Array.from({ length: 2 }, () => '2026-11-29T10:00:00.000Z\tmain\thas one of ["a"]\tb'),
      [line({ ...aud, client: '203.0.113.9', route: 'read', policy: 'orders', id: ID }).trim()],
    ])
  })
})
