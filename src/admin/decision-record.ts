/** The last decisions, as the processes keep them and the admin listener shows them. Plain data, safe to print. */

/** The facts of one decision. No query, no header, no claim; texts of a request are redacted, printable and short. */
export interface DecisionRecord {
  readonly id: string
  /** When it was decided, in epoch milliseconds. */
  readonly timeMs: number
  readonly outcome: 'allow' | 'deny'
  readonly reason: string
  /** Of the answer to the caller. */
  readonly status: number
  /** Names of the configuration; null if none took part. */
  readonly route: string | null
  readonly policy: string | null
  readonly issuer: string | null
  /** Name of the dialect. */
  readonly caller: string
  /** Address of the client; null if nobody who is trusted reports it. */
  readonly client: string | null
  /** Of the original request; null if it could not be read. */
  readonly method: string | null
  readonly host: string | null
  readonly path: string | null
  /** What the log line has as `detail`; null for an allow, and for a reason without facts. */
  readonly detail: string | null
  /** The token was remembered, and not verified again. */
  readonly cached: boolean
  readonly durationMs: number
}

/** One step, as `warder explain --json` has it. */
export interface ExplainedStepRecord {
  readonly step: string
  readonly result: 'pass' | 'fail' | 'would_fail' | 'not_reached'
  readonly facts: string
  readonly notes: readonly string[]
  /** Path into the settings; null if nothing was compared with one. */
  readonly setting: string | null
  /** `warder.yaml:6:15`; null if no line sets it, and if the line is unknown: of another configuration, or too long a one. */
  readonly source: string | null
  // The rest only if the step has failed, or would have.
  readonly reason?: string
  readonly detail?: string | null
  readonly claim?: string
  readonly expected?: string
  readonly found?: string
  readonly hint?: string
  /** Name of the likely cause; null if none is known. */
  readonly cause?: string | null
}

/** Two texts that are nearly the same, for people to see one above the other. */
export interface ComparisonRecord {
  /** Of a token that was denied. */
  readonly token: string
  readonly configured: string
  /** `a trailing slash`. */
  readonly difference: string
}

/** `warder.decisions/v1`. */
export interface DecisionsAnswer {
  /** Newest first. */
  readonly decisions: readonly DecisionRecord[]
  /** Decisions since `after`, or since the processes started, that are not kept: sampled, or pushed out. */
  readonly dropped: number
}

/** `warder.decision/v1`. */
export interface DecisionAnswer {
  readonly decision: DecisionRecord
  /** For people; null for an allow. */
  readonly why: string | null
  readonly fix: string | null
  /** Name of the likely cause, as in `warder.explain/v1`. */
  readonly cause: string | null
  /** Only if the likely cause has one. */
  readonly compare?: ComparisonRecord
  /** Short digest of the configuration that decided; null if the steps are missing. */
  readonly config: string | null
  readonly steps: readonly ExplainedStepRecord[]
  /** Why there are no steps, or why they do not end as the decision did, and what to do. */
  readonly stepsMissing?: string
}

/** Which decisions are wanted: those with all of these, compared exactly. */
export interface DecisionFilter {
  readonly outcome?: 'allow' | 'deny'
  readonly reason?: string
  readonly route?: string
  readonly policy?: string
  readonly issuer?: string
  readonly caller?: string
  /** An address, or a network such as `10.0.0.0/8`. */
  readonly client?: string
  /** Only decisions that are newer than the one of this id. */
  readonly after?: string
  /** Default 100, at most 1000. */
  readonly limit?: number
}

/** Decisions of a span of time, of all processes: `event: stats` of `/v1/events`, and a point of `/v1/history`. */
export interface StatsPoint {
  /** End of the span, in epoch milliseconds. */
  readonly timeMs: number
  /** Length of the span. */
  readonly seconds: number
  /** Counts in the span. */
  readonly outcomes: { readonly allow: number; readonly deny: number }
  /** The same by reason, none of them 0; reasons to allow and to deny differ. */
  readonly reasons: Readonly<Record<string, number>>
  /** From a request to its decision, in milliseconds; null without decisions. */
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number } | null
}

/** Something that happened to the keys of an issuer. */
export interface KeyMoment {
  readonly timeMs: number
  /** `rotated`: keys came or went; `recovered`: the first good load after failures. */
  readonly type: 'loaded' | 'failed' | 'rotated' | 'recovered'
  /** What failed, or which keys came (`+kid`) and went (`-kid`). */
  readonly detail: string | null
}

/** `warder.history/v1`. */
export interface HistoryAnswer {
  /** Oldest first, of 5 seconds each, for an hour at most. A span without decisions has a point, too. */
  readonly points: readonly StatsPoint[]
  readonly issuers: readonly {
    readonly name: string
    readonly source: string
    /** Oldest first; the last 200. */
    readonly moments: readonly KeyMoment[]
  }[]
}
