/** The forms of the answers about decisions, for the OpenAPI document; `decision-record.ts` says what they mean. */
import { z } from 'zod'

const name = z.string().nullable()

const DECISION = z.strictObject({
  id: z.string(),
  timeMs: z.int(),
  outcome: z.enum(['allow', 'deny']),
  reason: z.string(),
  status: z.int(),
  route: name,
  policy: name,
  issuer: name,
  caller: z.string(),
  client: z.string().nullable(),
  method: z.string().nullable(),
  host: z.string().nullable(),
  path: z.string().nullable(),
  detail: z.string().nullable(),
  cached: z.boolean(),
  durationMs: z.number(),
})

export const STEP = z.strictObject({
  step: z.string(),
  result: z.enum(['pass', 'fail', 'would_fail', 'not_reached']),
  reason: z.string().optional(),
  detail: z.string().nullable().optional(),
  claim: z.string().optional(),
  expected: z.string().optional(),
  found: z.string().optional(),
  hint: z.string().optional(),
  cause: z.string().nullable().optional(),
  facts: z.string(),
  notes: z.array(z.string()),
  setting: z.string().nullable(),
  source: z.string().nullable(),
})

export const COMPARISON = z.strictObject({
  token: z.string(),
  configured: z.string(),
  difference: z.string(),
})

export const DECISIONS_ANSWER = z.strictObject({
  schema: z.literal('warder.decisions/v1'),
  decisions: z.array(DECISION),
  dropped: z.int(),
})

export const DECISION_ANSWER = z.strictObject({
  schema: z.literal('warder.decision/v1'),
  decision: DECISION,
  why: z.string().nullable(),
  fix: z.string().nullable(),
  cause: z.string().nullable(),
  compare: COMPARISON.optional(),
  config: z.string().nullable(),
  steps: z.array(STEP),
  stepsMissing: z.string().optional(),
})
