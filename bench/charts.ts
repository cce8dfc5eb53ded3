/** What the charts of the page show: each budget, and Warder beside its peers. */
import type { Bar, Chart } from './bars.ts'
import { formatVerdict, type PeerChart, type Row } from './row.ts'

/** Peer chart → its title, and the name of Warder's bar. Each bar is CPU time, with Warder's as 1. */
const PEERS: Readonly<Record<PeerChart, { readonly title: string; readonly own: string }>> = {
  decision: { title: 'A decision over HTTP, 1,000 warm tokens: CPU time', own: 'Warder' },
  'guards-rs256': { title: 'A guarded request, RS256, 1,000 tokens: CPU time', own: 'nginx + Warder' },
  'guards-es256': { title: 'A guarded request, ES256, 1,000 tokens: CPU time', own: 'nginx + Warder' },
  gateway: { title: 'A proxied request, 1 KiB: CPU time', own: 'Warder’s gateway, warm token' },
}

/** Name of a file, without its ending → its chart. Charts without rows are left out. */
export function createCharts(rows: readonly Row[]): ReadonlyMap<string, Chart> {
  const charts = new Map<string, Chart>([['budgets', createBudgetChart(rows)]])
  for (const name of Object.keys(PEERS) as PeerChart[]) {
    const bars = rows.filter(({ peer }) => peer?.chart === name).map(toPeerBar)
    const { title, own } = PEERS[name]
    const all: readonly Bar[] = [{ label: own, value: 1, kind: 'own' }, ...bars]
    const sorted = all.toSorted(
      (a, b) => (a.value || Number.POSITIVE_INFINITY) - (b.value || Number.POSITIVE_INFINITY),
    )
    if (bars.length > 0) charts.set(name, { title, one: own, bars: sorted })
  }
  return charts
}

function createBudgetChart(rows: readonly Row[]): Chart {
  const bars = rows
    .filter(({ budget }) => budget !== undefined)
    .map((row): Bar => {
      const verdict = formatVerdict(row)
      const kind = verdict === 'hit' ? 'hit' : verdict === 'MISS' ? 'miss' : 'missing'
      return { label: row.what, value: shareOfBudget(row), kind }
    })
  return { title: 'Share of each budget that is used (above 1: missed)', one: 'budget', bars }
}

/** Above 1 the budget is missed, whether it is a most or a least. NaN without a budget or a number. */
export function shareOfBudget({ measured, budget }: Row): number {
  if (budget === undefined) return Number.NaN
  return 'atMost' in budget ? measured / budget.atMost : budget.atLeast / measured
}

/** A row is Warder divided by the peer, a bar the peer divided by Warder. */
const toPeerBar = ({ measured, peer, what }: Row): Bar => ({
  label: peer?.name ?? what,
  value: 1 / measured,
  kind: Number.isNaN(measured) ? 'missing' : 'plain',
})
