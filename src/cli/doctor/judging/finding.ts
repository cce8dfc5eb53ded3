/** The result of a probe. */

/**
 * `fail`: something got in. `warning`: nothing got in, but something does not work. `unknown`: it cannot be judged from
 * here; that is never a pass.
 */
export type ProbeResult = 'pass' | 'fail' | 'warning' | 'unknown'

export interface Finding {
  readonly result: ProbeResult
  /** What was seen, in a few words. */
  readonly saw: string
  /** Of `unknown`: what would make it exact. */
  readonly exactWith?: string
  /** Names of header fields that it is about, for the line to change. */
  readonly names?: readonly string[]
}

export const pass = (saw: string): Finding => ({ result: 'pass', saw })
export const fail = (saw: string, names: readonly string[] = []): Finding => ({
  result: 'fail',
  saw,
  names,
})
export const warning = (saw: string): Finding => ({ result: 'warning', saw })
export const unknown = (saw: string, exactWith: string): Finding => ({ result: 'unknown', saw, exactWith })

const WORST_FIRST: readonly ProbeResult[] = ['fail', 'unknown', 'warning', 'pass']

/** The first of the worst ones: what got in counts, whatever else is unknown. Undefined ones say nothing. */
export function worstOf(first: Finding, ...others: readonly (Finding | undefined)[]): Finding {
  const all = [first, ...others.filter((one) => one !== undefined)]
  for (const result of WORST_FIRST) {
    const found = all.find((one) => one.result === result)
    if (found !== undefined) return found
  }
  return first
}

export const WITH_ECHO = '`warder echo` behind the proxy, in place of the application'
export const WITH_TOKEN = 'a token that this path accepts: --token-file FILE'
export const WITH_CONFIG = "Warder's configuration: --config FILE"
export const WITH_REASONS =
  'denials with X-Decision-Reason, as `warder snippet` writes them, or `warder echo` behind the proxy'

/** On an open path, other requests that pass show nothing: `no-token` is what fails. */
export const OPEN_PATH: Finding = unknown(
  'this path is open: it passes without a token',
  'a path that is guarded: --path PATH',
)
