/** A step of an explanation as plain data, safe to print. */
import type { ComparisonRecord, ExplainedStepRecord } from '../admin/decision-record.ts'
import type { NearTexts } from '../decision/explain/causes/likely-cause.ts'
import type { ExplainedStep } from '../decision/explain/create-explanation.ts'
import { redact } from './redact.ts'

/** @param source Where the setting is written, as `file:line:column`; undefined if no line sets it. */
export function toStepRecord(step: ExplainedStep, source?: string): ExplainedStepRecord {
  const { result, reason, facts, notes, setting } = step
  return {
    step: step.step,
    result,
    ...(reason !== undefined && failureOf(step, reason)),
    facts: redact(facts),
    notes: notes.map((note) => redact(note)),
    setting: setting ?? null,
    source: source ?? null,
  }
}

type Failure = Pick<
  ExplainedStepRecord,
  'reason' | 'detail' | 'claim' | 'expected' | 'found' | 'hint' | 'cause'
>

function failureOf({ detail, miss, hint, likelyCause }: ExplainedStep, reason: string): Failure {
  return {
    reason,
    detail: detail === undefined ? null : redact(detail),
    ...(miss !== undefined && {
      claim: redact(miss.claim),
      expected: redact(miss.expected),
      found: redact(miss.found),
    }),
    ...(hint !== undefined && { hint }),
    cause: likelyCause?.name ?? null,
  }
}

/** Two nearly equal texts, such as issuers, as the member `compare`; nothing if a likely cause has none. */
export function toComparison(compare: NearTexts | undefined): { readonly compare?: ComparisonRecord } {
  if (compare === undefined) return {}
  const { token, configured, difference } = compare
  return { compare: { token: redact(token), configured: redact(configured), difference } }
}
