/** `docs/performance.md` and its charts: the last full run as ratios. */
import { mkdir, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { drawBars } from './bars.ts'
import { createCharts, shareOfBudget } from './charts.ts'
import type { Effort } from './effort.ts'
import { describeMachine } from './machine.ts'
import { quantile } from './rounds.ts'
import { formatBudget, formatMeasured, formatVerdict, type Row } from './row.ts'

const DOCS = resolve(import.meta.dir, '../docs')
/** Folder of the charts, beside the page. */
const CHARTS = 'performance'
// Above this, the median of a row differs from its undisturbed cost by more than most optimisations gain.
const NOISY = 0.15

export interface RunFacts {
  /** Of all suites, in their order, by the name of the suite. */
  readonly suites: ReadonlyMap<string, readonly Row[]>
  readonly minutes: number
  readonly effort: Effort['name']
}

/** Writes them, and returns the paths. */
export async function writePage(facts: RunFacts): Promise<readonly string[]> {
  const rows = [...facts.suites.values()].flat()
  const charts = createCharts(rows)
  await rm(`${DOCS}/${CHARTS}`, { recursive: true, force: true })
  await mkdir(`${DOCS}/${CHARTS}`)
  const files = [...charts].map(([name, chart]) => [`${CHARTS}/${name}.svg`, drawBars(chart)] as const)
  const images = [...charts].map(([name, { title }]) => `![${title}](${CHARTS}/${name}.svg)`)
  const page = ['performance.md', pageText(facts, rows, images, await describeMachine())] as const
  const written = [page, ...files].map(async ([path, text]) => {
    await Bun.write(`${DOCS}/${path}`, text)
    return `docs/${path}`
  })
  return Promise.all(written)
}

function pageText(
  { suites, minutes, effort }: RunFacts,
  rows: readonly Row[],
  [budgets = '', ...peers]: readonly string[],
  machine: readonly (readonly [string, string])[],
): string {
  const facts = [
    ...machine,
    ['run', `${new Date().toISOString().slice(0, 10)}, ${minutes.toFixed(0)} minutes`],
  ]
  return `# Performance

Written by \`npm run bench -- --write\`; do not edit. [How the bench measures, and how to read it](../bench/README.md).

Every number is a ratio within one run on one machine: CPU time of Warder divided by that of something that ran in turns with it, or, for times and memory, the part of the budget that was used. Ratios carry over to other machines roughly, absolute numbers do not, so there are none here; measure your own with \`npm run bench\`.
${effort === 'short' ? '\n**A short run, which only shows that the bench works: its numbers mean nothing.**\n' : ''}
## Budgets

${budgets}

| what | measured | budget | part used | |
|---|---|---|---|---|
${rows
  .filter(({ budget }) => budget !== undefined)
  .map(budgetLine)
  .join('\n')}

## Beside others

The bars are the CPU time of the others, with Warder's as 1: a longer bar is a more expensive program.

${peers.join('\n\n')}

## All ratios

Of the medians, and of the p10s, which other work on the machine disturbs less.

| suite | what | ratio | of p10s |
|---|---|---|---|
${[...suites].flatMap(([suite, rows]) => rows.filter(({ unit }) => unit === 'ratio').map((row) => ratioLine(suite, row))).join('\n')}

## The machine

| | |
|---|---|
${facts.map(([name, text]) => `| ${name} | ${text} |`).join('\n')}

${noiseText(rows)}
`
}

function budgetLine(row: Row): string {
  const verdict = formatVerdict(row)
  const measured = row.unit === 'ratio' ? formatMeasured(row) : ''
  const share = verdict === 'MISSING' ? '–' : `${(shareOfBudget(row) * 100).toFixed(0)} %`
  return `| ${row.what} | ${measured} | ${formatBudget(row)} | ${share} | ${verdict === 'hit' ? verdict : `**${verdict}**`} |`
}

function ratioLine(suite: string, row: Row): string {
  const isMissing = formatVerdict(row) === 'MISSING'
  const measured = isMissing ? `**MISSING**: ${row.detail.replaceAll('|', '\\|')}` : formatMeasured(row)
  return `| ${suite} | ${row.what} | ${measured} | ${row.p10 === undefined ? '' : `${row.p10.toFixed(2)} ×`} |`
}

/** How far the medians are from the undisturbed tenth of the windows. */
function noiseText(rows: readonly Row[]): string {
  const noises = rows.flatMap(({ noise }) => (noise === undefined ? [] : [noise]))
  const percent = (share: number): string => `${(quantile(noises, share) * 100).toFixed(0)} %`
  const isNoisy = quantile(noises, 0.5) > NOISY
  const text = `Noise: in half of the rows the median of the windows is at most ${percent(0.5)} above their p10, in nine of ten at most ${percent(0.9)}.`
  return isNoisy
    ? `${text} **The machine was busy with other work: measure again before you trust a row.**`
    : text
}
