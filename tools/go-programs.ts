/** Programs of the live tests that are built here with Go, from modules that go.sum pins. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'

/** Program → its source. */
const LIVE = `${import.meta.dir}/../test/support/live`
const SOURCE_OF = {
  'grpc-peer': `${LIVE}/grpc-peer`,
  'go-mux': `${LIVE}/route-apps/go-mux`,
  'logfmt-reader': `${LIVE}/logfmt-reader`,
} as const

export type GoProgram = keyof typeof SOURCE_OF

export const isGoProgram = (program: string): program is GoProgram => program in SOURCE_OF

/** Where it is, whether built or not: another source is another file, so several work trees share one folder. */
export function goProgramPath(program: GoProgram): string {
  const source = SOURCE_OF[program]
  const hash = createHash('sha256')
  for (const file of readdirSync(source).toSorted()) hash.update(readFileSync(`${source}/${file}`))
  const cache = process.env['XDG_CACHE_HOME'] ?? `${homedir()}/.cache`
  return `${cache}/warder/go/${program}-${hash.digest('hex').slice(0, 12)}`
}

/** The arguments of `go` that build it, and where to run it. The first time takes a minute, for its modules. */
export const goBuild = (program: GoProgram): { readonly args: readonly string[]; readonly cwd: string } => ({
  args: ['build', '-o', goProgramPath(program), '.'],
  cwd: SOURCE_OF[program],
})
