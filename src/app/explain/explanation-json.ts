/** An explained decision, as `explain --json` and the admin API have it. */
import type { LoadedConfig } from '../../config/load-config.ts'
import type { Decision } from '../../decision/decision.ts'
import type { LikelyCause } from '../../decision/explain/causes/likely-cause.ts'
import type { ExplainedStep } from '../../decision/explain/create-explanation.ts'
import { describeDenial } from '../../decision/explain/describe-denial.ts'
import { DENY_ROWS } from '../../decision/reasons.ts'
import { toComparison, toStepRecord } from '../../observe/explained-step.ts'
import { redact } from '../../observe/redact.ts'
import type { RequestLine } from './made-question.ts'

export interface Explained {
  readonly decision: Decision
  readonly steps: readonly ExplainedStep[]
  /** Undefined when the token alone was judged. */
  readonly request: RequestLine | undefined
  readonly atMs: number
  readonly config: Pick<LoadedConfig, 'digest' | 'settings' | 'source' | 'positionOfSetting' | 'stepPlaces'>
}

/** The members of `warder.explain/v1`. */
export function explanationToJson(explained: Explained): Record<string, unknown> {
  const { decision, steps, request, atMs, config } = explained
  const { id, outcome, reason, route, policy, issuer } = decision
  const denied = decision.outcome === 'deny' ? decision : undefined
  const row = denied && DENY_ROWS[denied.reason]
  const cause = causeOf(explained)
  const { method, scheme, host, path } = request ?? {}
  return {
    id,
    decision: outcome,
    status: denied?.status ?? 200,
    reason,
    ...(denied && {
      detail: redactOrNull(describeDenial(denied.denial)),
      why: cause?.why ?? row?.message,
      fix: redact(cause?.fix ?? row?.hint ?? ''),
      cause: cause?.name ?? null,
      ...toComparison(cause?.compare),
    }),
    at: timeOf(atMs),
    config: { digest: config.digest, file: config.source.file },
    // The query is left out: it may hold a token.
    request: request === undefined ? null : { method, scheme, host, path: redact(path ?? '') },
    route: route ?? null,
    policy: policy ?? null,
    issuer: issuer ?? null,
    steps: steps.map((step) =>
      toStepRecord(step, step.result === 'not_reached' ? undefined : placeOf(step, config)),
    ),
    challenge: denied?.challenge ?? null,
  }
}

/** Of the step that decided. */
const causeOf = ({ steps }: Explained): LikelyCause | undefined =>
  steps.find(({ result }) => result === 'fail')?.likelyCause

/** `warder.yaml:6:15`; undefined if no line of the file sets it. */
function placeOf({ setting }: ExplainedStep, config: Explained['config']): string | undefined {
  if (setting === undefined || !isWritten(setting, config)) return undefined
  if (config.stepPlaces !== undefined) return config.stepPlaces.get(setting)
  const { file, line, column } = config.positionOfSetting(setting)
  return `${file}:${line}:${column}`
}

/** The default policy is in no file. */
function isWritten(setting: string, { settings }: Explained['config']): boolean {
  const [, name] = /^policies\/([^/]+)/.exec(setting) ?? []
  return name === undefined || settings.policies.some((policy) => policy.name === name)
}

const redactOrNull = (text: string | undefined): string | null => (text === undefined ? null : redact(text))

/** RFC 3339, to the second; null outside the years that have such a form. */
function timeOf(ms: number): string | null {
  const date = new Date(ms)
  const year = date.getUTCFullYear()
  return year >= 0 && year <= 9999 ? date.toISOString().replace(/\.\d+Z$/, 'Z') : null
}
