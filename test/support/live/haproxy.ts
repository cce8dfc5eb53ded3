/** A real HAProxy on loopback, with the printed files. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LUA_ACTION } from '../../../src/callers/haproxy/lua-action.ts'
import type { HaproxyAsking, HaproxySnippetOptions } from '../../../src/callers/haproxy/site.ts'
import { haproxySnippet } from '../../../src/callers/haproxy/snippet.ts'
import { SPOE_ENGINE } from '../../../src/callers/haproxy/spoe-engine.ts'
import { findMissing, whichProgram } from '../../../tools/programs.ts'
import { startProgram, type ChildProgram } from './child-program.ts'
import type { Cleanup } from './cleanup.ts'
import type { StartFront } from './front.ts'
import { isListening } from './loopback.ts'
import { createTempDir } from './temp-dir.ts'

export type HaproxyOptions = Omit<HaproxySnippetOptions, 'asking'>

export interface HaproxyEdits {
  readonly editSnippet?: (text: string) => string
  readonly editLua?: (text: string) => string
  readonly editEngine?: (text: string) => string
  /** Default: with the Lua action. */
  readonly by?: HaproxyAsking['by']
}

/** What `haproxy -c` reports: its exit code and its output. */
export async function testHaproxyConfig(
  options: HaproxyOptions,
  cleanup: Cleanup,
  edits: HaproxyEdits = {},
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = startProgram(['haproxy', '-c', '-f', writeFiles(options, cleanup, edits)])
  const code = await child.exited
  return { code, output: child.output() }
}

/** Whether the installed one is the 2.6 of Debian 12. */
export const isHaproxy26 = (): boolean =>
  findMissing(['haproxy']).length === 0 &&
  Bun.spawnSync([whichProgram('haproxy'), '-v'])
    .stdout.toString()
    .startsWith('HAProxy version 2.6')

/** HAProxy in front of a guarded site. */
export const haproxyFront =
  (edits: Omit<HaproxyEdits, 'editSnippet'> = {}): StartFront =>
  ({ decisions, identityNames, upstream, port, editSnippet, tokenFields }, cleanup) =>
    startHaproxy(
      {
        decisions: decisions.split(' '),
        ...(tokenFields && { tokenFields }),
        identityNames,
        upstream,
        serverNames: ['api.example.com'],
        certificate: undefined,
      },
      port,
      cleanup,
      { ...edits, editSnippet },
    )

/** Starts HAProxy, and waits until it accepts connections on `port` of 127.0.0.1. */
export async function startHaproxy(
  options: Omit<HaproxyOptions, 'listen'>,
  port: number,
  cleanup: Cleanup,
  edits: HaproxyEdits = {},
): Promise<ChildProgram> {
  const file = writeFiles({ ...options, listen: `127.0.0.1:${port}` }, cleanup, edits)
  const haproxy = startProgram(['haproxy', '-db', '-f', file])
  cleanup.add(() => haproxy.stop())
  await haproxy.ready(`HAProxy on port ${port}`, async () => (await isListening(port)) || undefined)
  return haproxy
}

function writeFiles(options: HaproxyOptions, cleanup: Cleanup, edits: HaproxyEdits = {}): string {
  const { editSnippet = same, editLua = same, editEngine = same, by = 'lua' } = edits
  const dir = createTempDir(cleanup)
  const asking = { by, file: join(dir, `warder.${by}`) }
  writeFileSync(asking.file, by === 'lua' ? editLua(LUA_ACTION) : editEngine(SPOE_ENGINE))
  const file = join(dir, 'haproxy.cfg')
  const text = editSnippet(haproxySnippet({ ...options, asking }))
  // Only root can change to another user.
  writeFileSync(file, process.getuid?.() === 0 ? text : text.replaceAll(/^ {4}(?:user|group) .*\n/gm, ''))
  return file
}

const same = (text: string): string => text
