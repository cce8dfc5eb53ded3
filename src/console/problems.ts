/** What needs the operator, found in the answers of the admin API. */
import type { IssuerKeysReport } from '../admin/keys-report.ts'
import type { StatusReport } from '../admin/status-route.ts'
import type { MergedServer } from '../admin/upstreams-route.ts'
import type { View } from './hash-route.ts'

export interface ServiceProblem {
  readonly tone: 'warn' | 'bad'
  readonly text: string
  /** The view that shows more. */
  readonly view: View
}

/** What is known so far. */
export interface Known {
  readonly status: StatusReport | undefined
  readonly issuers: readonly IssuerKeysReport[]
  readonly servers: readonly MergedServer[]
}

/** The worst first. */
export function findProblems({ status, issuers, servers }: Known): readonly ServiceProblem[] {
  const all = [
    ...(status === undefined ? [] : findInStatus(status)),
    ...issuers.flatMap(findInKeys),
    ...servers.flatMap(findInServer),
  ]
  return all.toSorted((a, b) => a.tone.localeCompare(b.tone))
}

function findInStatus({ isReady, lastReload, workers, config }: StatusReport): readonly ServiceProblem[] {
  const problems: ServiceProblem[] = []
  const add = (tone: ServiceProblem['tone'], text: string, view: View): void =>
    void problems.push({ tone, text, view })
  if (!isReady) add('bad', 'Not ready: /readyz answers 503, so no traffic should be sent here', 'overview')
  if (lastReload?.result === 'refused' || lastReload?.result === 'failed') {
    const [first] = lastReload.errors
    const why = first === undefined ? '' : `: ${first.message}`
    add(
      'bad',
      `The last reload was ${lastReload.result}; the previous configuration serves on${why}`,
      'config',
    )
  }
  for (const { number, isServing, lastEnd } of workers)
    if (!isServing) {
      const why = lastEnd === null ? '' : `; the previous process ended: ${lastEnd}`
      add('warn', `Worker ${number} is starting${why}`, 'config')
    }
  for (const { code, message } of config.warnings) add('warn', `${code}: ${message}`, 'config')
  return problems
}

const OF_KEYS = {
  stale: {
    tone: 'warn',
    what: 'its keys are stale: the last refresh failed, and the known keys still serve',
  },
  empty: { tone: 'bad', what: 'it has no keys: its tokens are denied with keys_unavailable' },
  expired: {
    tone: 'bad',
    what: 'its keys are too old to be used: its tokens are denied with keys_unavailable',
  },
} as const

function findInKeys({ name, state, lastError }: IssuerKeysReport): readonly ServiceProblem[] {
  if (state === 'fresh') return []
  const { tone, what } = OF_KEYS[state]
  const cause = lastError === null ? '' : ` (${lastError})`
  return [{ tone, text: `Issuer ${name}: ${what}${cause}`, view: 'issuers' }]
}

function findInServer({ upstream, server, state }: MergedServer): readonly ServiceProblem[] {
  if (state === 'healthy') return []
  const tone = state === 'mixed' ? 'warn' : 'bad'
  const what = state === 'mixed' ? 'left alone by some processes' : state
  return [
    { tone, text: `Server ${server} of ${upstream ?? 'an auth service'} is ${what}`, view: 'upstreams' },
  ]
}
