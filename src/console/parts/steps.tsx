/** The steps of a decision, as `warder explain` prints them. */
import type { JSX } from 'preact'
import type { ExplainedStepRecord } from '../../admin/decision-record.ts'
import { Shown } from './shown.tsx'

const RESULTS: Readonly<
  Record<ExplainedStepRecord['result'], readonly [mark: string, text: string, tone: string]>
> = {
  pass: ['✔', 'passed', 'pass'],
  fail: ['✘', 'failed: this step decided', 'fail'],
  would_fail: ['–', 'would also fail', 'would'],
  not_reached: ['–', 'not reached', 'skipped'],
}

export function Steps({ steps }: { readonly steps: readonly ExplainedStepRecord[] }): JSX.Element {
  return (
    <ol class="steps">
      {steps.map((step, index) => (
        <Step key={index} step={step} />
      ))}
    </ol>
  )
}

function Step({ step }: { readonly step: ExplainedStepRecord }): JSX.Element {
  const { result, facts, notes, setting, source, reason, detail, claim, expected, found, hint } = step
  const [mark, text, tone] = RESULTS[result]
  // Compared values explain more than the code; if nothing was compared, the detail has to.
  const said = facts === '' ? (detail ?? '') : facts
  return (
    <li class={`step ${tone}`}>
      <span class="mark" aria-hidden="true">
        {mark}
      </span>
      <div>
        <b>
          <Shown text={step.step} isProse />
        </b>{' '}
        <span class={result === 'pass' ? 'hidden' : 'faint'}>{text}</span>{' '}
        {reason !== undefined && <Shown text={reason} />} {said !== '' && <Shown text={said} />}
        {claim !== undefined && (
          <dl class="facts">
            <dt>Claim</dt>
            <dd>
              <Shown text={claim} />
            </dd>
            <dt>Expected</dt>
            <dd>
              <Shown text={expected} />
            </dd>
            <dt>Found</dt>
            <dd>
              <Shown text={found} />
            </dd>
          </dl>
        )}
        {notes.length > 0 && (
          <ul class="notes">
            {notes.map((note, index) => (
              <li key={index}>
                <Shown text={note} />
              </li>
            ))}
          </ul>
        )}
        {result === 'would_fail' && hint !== undefined && (
          <p class="faint">
            <Shown text={hint} isProse />
          </p>
        )}
        {result !== 'not_reached' && (source ?? setting) !== null && (
          <p class="faint place">
            setting <Shown text={source ?? setting} />
          </p>
        )}
      </div>
    </li>
  )
}
