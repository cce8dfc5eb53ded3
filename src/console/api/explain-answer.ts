/** `POST /v1/explain`: the shape of `warder explain --json`. */
import type { ExplainedStepRecord } from '../../admin/decision-record.ts'

export interface ExplainAnswer {
  readonly decision: 'allow' | 'deny'
  readonly status: number
  readonly reason: string
  readonly why?: string
  readonly fix?: string
  readonly cause?: string | null
  readonly route: string | null
  readonly policy: string | null
  readonly issuer: string | null
  readonly steps: readonly ExplainedStepRecord[]
}
