/**
 * Writes the tables of docs/callers.md: what each proxy can carry (between `<!-- abilities -->` and `<!-- end -->`), and
 * what came of each case of the conformance test (`<!-- conformance -->`).
 */
import { readdirSync, readFileSync } from 'node:fs'
import type { Abilities } from '../src/callers/abilities.ts'
import { PROXIES } from '../src/callers/callers.ts'
import { noteOn } from './conformance-notes.ts'

/** Outcomes by case; `yes` is as it should be. */
export type Outcomes = Readonly<Record<string, string>>

const GOLDEN = new URL('../test/golden/conformance/', import.meta.url)
const MARKED = /^<!-- conformance -->\n[^]*?^<!-- end -->$/m
const ABILITIES = /^<!-- abilities -->\n[^]*?^<!-- end -->$/m

/** By name of the proxy, in the order of `PROXIES`. */
export function readOutcomes(): ReadonlyMap<string, Outcomes> {
  const files = new Set(readdirSync(GOLDEN))
  return new Map(
    PROXIES.filter(({ name }) => files.has(`${name}.json`)).map(({ name }) => [
      name,
      JSON.parse(readFileSync(new URL(`${name}.json`, GOLDEN), 'utf8')) as Outcomes,
    ]),
  )
}

/** The page with the tables of the abilities and of these outcomes. */
export const withConformance = (page: string, outcomes: ReadonlyMap<string, Outcomes>): string =>
  page
    .replace(ABILITIES, () => `<!-- abilities -->\n${abilitiesTable()}\n<!-- end -->`)
    .replace(MARKED, () => `<!-- conformance -->\n${conformanceText(outcomes)}\n<!-- end -->`)

const yesNo = (is: boolean): string => (is ? 'yes' : 'no')

/** A row for each ability. */
const ROWS: readonly (readonly [title: string, cell: (carries: Abilities) => string])[] = [
  ['statuses of denials', ({ statuses }) => statuses.join(', ')],
  ['`WWW-Authenticate`', ({ challenge }) => challenge],
  ['body of a denial', ({ denialBody }) => denialBody],
  ['identity header without a value', ({ absentIdentity }) => absentIdentity],
  ['judged path', ({ path }) => path],
  ['asks about preflights', ({ asksAboutPreflights }) => yesNo(asksAboutPreflights)],
  ['WebSocket', ({ webSocket }) => yesNo(webSocket)],
  ['largest head of a request', ({ largestHeadBytes }) => `${largestHeadBytes / 1024} KiB`],
  ['waits for a decision', ({ answersWithinMs }) => `${answersWithinMs / 1000} s`],
  ['status without a decision', ({ whenUnreachable }) => String(whenUnreachable)],
]

function abilitiesTable(): string {
  const titles = PROXIES.map(({ title, docs }) => `[${title}](${docs.replace('docs/', '')})`)
  return [
    `| | ${titles.join(' | ')} |`,
    `|---|${'---|'.repeat(titles.length)}`,
    ...ROWS.map(
      ([title, cell]) => `| ${title} | ${PROXIES.map(({ carries }) => cell(carries)).join(' | ')} |`,
    ),
  ].join('\n')
}

function conformanceText(outcomes: ReadonlyMap<string, Outcomes>): string {
  const names = [...outcomes.keys()]
  const cases = Object.keys([...outcomes.values()][0] ?? {})
  const notes: string[] = []
  const rows = cases.map((title) => {
    const cells = names.map((name) => {
      const outcome = outcomes.get(name)?.[title] ?? '–'
      if (outcome === 'yes') return 'yes'
      notes.push(`- ${titleOf(name)}, ${title}: ${outcome}. ${noteOn(name, title, outcome)}`)
      return outcome
    })
    return `| ${title} | ${cells.join(' | ')} |`
  })
  const head = [`| case | ${names.map(titleOf).join(' | ')} |`, `|---|${'---|'.repeat(names.length)}`]
  const explained = notes.length === 0 ? [] : ['', 'Where it is not `yes`:', '', ...notes]
  return [...head, ...rows, ...explained].join('\n')
}

const titleOf = (name: string): string => PROXIES.find((proxy) => proxy.name === name)?.title ?? name

if (import.meta.main) {
  const path = new URL('../docs/callers.md', import.meta.url)
  await Bun.write(path, withConformance(await Bun.file(path).text(), readOutcomes()))
}
