/** `npm run bench [-- SUITE…] [--short] [--write]`: measures the design budgets, and prints one table. */
import { resolve, sep } from 'node:path'
import { parseArgs } from 'node:util'
import { ensurePrograms } from '../tools/programs.ts'
import { EFFORT, SHORT_FLAG } from './effort.ts'
import { writePage } from './page.ts'
import { formatVerdict, missingRow, type Row, type Verdict } from './row.ts'
import { SkippedSuite, type Suite } from './suite.ts'
import { SUITES } from './suites.ts'
import { formatTable } from './table.ts'

// Paths of this machine are of no use on the page.
const ROOT = resolve(import.meta.dir, '..') + sep
/** A suite that fails is run once more: a full run is long, and a port can be taken. */
const TRIES = 2

const { chosen, write } = readArguments(process.argv.slice(2))
// Every suite over HTTP needs it; if a program is missing, the suite fails and names it.
await ensurePrograms(['wrk'])
const startedAt = performance.now()
const results = new Map<string, readonly Row[]>()
let failed = 0
for (const suite of chosen) results.set(suite.name, await runSuite(suite))
const rows = [...results.values()].flat()
console.log(formatTable(rows))
const minutes = (performance.now() - startedAt) / 60_000
const count = (verdict: Verdict): number => rows.filter((row) => formatVerdict(row) === verdict).length
console.error(
  `${count('hit')} budgets hit, ${count('MISS')} missed, ${count('MISSING')} rows missing; ${failed} suites failed; ${minutes.toFixed(1)} minutes`,
)
if (write) console.error((await writePage({ suites: results, minutes, effort: EFFORT.name })).join('\n'))
// A missed budget is information, not an error: people read the numbers, and machines differ.
process.exit(failed === 0 ? 0 : 1)

async function runSuite(suite: Suite): Promise<readonly Row[]> {
  console.error(`\n${suite.name}: ${suite.about}`)
  const began = performance.now()
  let why = ''
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    try {
      const rows = await suite.run()
      console.error(`${formatTable(rows)}\n${((performance.now() - began) / 1000).toFixed(0)} s`)
      return rows
    } catch (error) {
      const text = String(error).replaceAll(ROOT, '')
      why = `${error instanceof SkippedSuite ? 'skipped' : 'FAILED'}, ${text}`
      console.error(`\n!! ${suite.name}: ${why}\n`)
      if (error instanceof SkippedSuite) break
      if (attempt === TRIES) failed += 1
    }
  }
  return [missingRow(`suite ${suite.name}`, { missing: why.split('\n')[0] ?? '' })]
}

function readArguments(args: string[]): { readonly chosen: readonly Suite[]; readonly write: boolean } {
  const short = SHORT_FLAG.slice(2)
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: { [short]: { type: 'boolean' }, write: { type: 'boolean' } },
  })
  const unknown = positionals.filter((name) => SUITES.every((suite) => suite.name !== name))
  const write = values['write'] === true
  // The page has all ratios of one run; a part of them would replace the others.
  if (unknown.length > 0 || (write && positionals.length > 0)) {
    console.error(unknown.length > 0 ? `no such suite: ${unknown.join(', ')}` : '--write needs all suites')
    for (const suite of SUITES) console.error(`  ${suite.name.padEnd(16)} ${suite.about}`)
    process.exit(2)
  }
  const chosen = positionals.length === 0 ? SUITES : SUITES.filter(({ name }) => positionals.includes(name))
  return { chosen, write }
}
