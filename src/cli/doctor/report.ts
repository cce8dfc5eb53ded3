/** The report of doctor, as text and as JSON. */
import { shown } from '../report-fault.ts'
import type { Paint } from '../paint.ts'
import type { Latencies, Latency } from './latency.ts'
import type { ProbeReport } from './run-probes.ts'
import type { ProbeResult } from './judging/finding.ts'
import type { ProbedSite } from './site/site.ts'

const WORDS: Readonly<Record<ProbeResult, string>> = {
  pass: 'pass   ',
  fail: 'FAIL   ',
  warning: 'warning',
  unknown: 'unknown',
}
const COLOURS = { pass: 'green', fail: 'red', warning: 'yellow', unknown: 'yellow' } as const
const TITLE_WIDTH = 42

/** What was asked, and what is known: the first line. */
export function headOf({ target, proxy, config, token, hasEcho }: ProbedSite): string {
  const parts = [
    `${target.scheme}://${target.authority}${target.path}`,
    `proxy ${proxy ?? 'unknown'}`,
    config === undefined ? 'no configuration' : `config ${config.digest}`,
    token === undefined ? 'no token' : 'with a token',
    hasEcho ? 'warder echo behind it' : 'no echo behind it',
  ]
  return `${shown(parts.join('   '))}\n\n`
}

/** One probe: a line, and what to do if it failed. What makes unknown ones exact is in the summary. */
export function formatReport(report: ProbeReport, paint: Paint): string {
  const { result, title, saw, means, fix = [] } = report
  const more = [
    ...(means === undefined ? [] : [`means  ${means}`]),
    ...fix.map((line, index) => `${index === 0 ? 'fix    ' : '       '}${line}`),
  ]
  const first = `${paint(COLOURS[result], WORDS[result])}  ${shown(title).padEnd(TITLE_WIDTH)}  ${shown(saw)}`
  return `${[first, ...more.map((line) => `         ${shown(line)}`)].join('\n')}\n`
}

/** The last lines. */
export function summaryOf(reports: readonly ProbeReport[], latencies: Latencies): string {
  const times = [
    ...(latencies.denials ? [`denials ${timesOf(latencies.denials)}`] : []),
    ...(latencies.allows ? [`allows ${timesOf(latencies.allows)}`] : []),
  ]
  const counts = countResults(reports)
  const totals = [
    `${counts.pass} passed`,
    ...(counts.fail > 0 ? [`${counts.fail} FAILED`] : []),
    ...(counts.warning > 0 ? [`${counts.warning} with a warning`] : []),
    ...(counts.unknown > 0 ? [`${counts.unknown} unknown`] : []),
  ]
  const lines = [
    ...(times.length > 0 ? [`latency  ${times.join('; ')}`] : []),
    totals.join(', '),
    ...exactLines(reports),
  ]
  return `\n${lines.join('\n')}\n`
}

/** What would make unknown reports exact, and how many of them. */
function exactLines(reports: readonly ProbeReport[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const { exactWith } of reports)
    if (exactWith !== undefined) counts.set(exactWith, (counts.get(exactWith) ?? 0) + 1)
  return [...counts].map(([what, count]) => `         ${count} of them would be exact with ${what}`)
}

const timesOf = ({ medianMs, p99Ms, count }: Latency): string =>
  `median ${medianMs.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms (${count})`

export function countResults(reports: readonly ProbeReport[]): Readonly<Record<ProbeResult, number>> {
  const counts = { pass: 0, fail: 0, warning: 0, unknown: 0 }
  for (const { result } of reports) counts[result] += 1
  return counts
}

/** Members of `warder.doctor/v1`. */
export function reportToJson(
  site: ProbedSite,
  reports: readonly ProbeReport[],
  latencies: Latencies,
): Readonly<Record<string, unknown>> {
  const { target, proxy, config, token, hasEcho } = site
  const timing = (latency: Latency | undefined) =>
    latency && { count: latency.count, median_ms: latency.medianMs, p99_ms: latency.p99Ms }
  return {
    url: shown(`${target.scheme}://${target.authority}${target.path}`),
    proxy: proxy ?? null,
    config: config?.digest ?? null,
    has_token: token !== undefined,
    has_echo: hasEcho,
    summary: countResults(reports),
    latency: { denials: timing(latencies.denials) ?? null, allows: timing(latencies.allows) ?? null },
    probes: reports.map(({ name, title, result, saw, means, fix, exactWith }) => ({
      name,
      title,
      result,
      saw: shown(saw),
      ...(means !== undefined && { means }),
      ...(fix !== undefined && { fix: fix.map(shown) }),
      ...(exactWith !== undefined && { exact_with: exactWith }),
    })),
  }
}
