/** One decision, explained as it was at its moment. */
import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import type { DecisionAnswer, DecisionRecord } from '../../admin/decision-record.ts'
import { useConsole } from '../api/console-context.ts'
import { useAnswer } from '../api/use-answer.ts'
import { formatMs, zoneName } from '../format.ts'
import { toHash } from '../hash-route.ts'
import { Advice } from '../parts/advice.tsx'
import { Badge } from '../parts/badge.tsx'
import { FailureNote } from '../parts/failure-note.tsx'
import { Shown } from '../parts/shown.tsx'
import { Steps } from '../parts/steps.tsx'
import { useNow } from '../parts/use-now.ts'
import { When } from '../parts/when.tsx'

interface DecisionViewProps {
  readonly id: string
  /** Of the list that it was opened from. */
  readonly filters: Readonly<Record<string, string>>
}

export function DecisionView({ id, filters }: DecisionViewProps): JSX.Element {
  const found = useAnswer<DecisionAnswer>(`/v1/decisions/${encodeURIComponent(id)}`)
  const back = toHash('decisions', undefined, filters)
  useEffect(() => {
    const close = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') location.hash = back
    }
    addEventListener('keydown', close)
    return () => removeEventListener('keydown', close)
  }, [back])
  return (
    <>
      <p>
        <a href={back}>← All decisions</a>
      </p>
      <FailureNote {...found} />
      {found.answer && <DecisionPanel answer={found.answer} />}
    </>
  )
}

function DecisionPanel({ answer }: { readonly answer: DecisionAnswer }): JSX.Element {
  const { decision, why, fix, cause, steps, stepsMissing, config } = answer
  return (
    <section class="panel" aria-label="Explanation">
      <h2>
        <Badge tone={decision.outcome === 'allow' ? 'good' : 'bad'}>
          {decision.outcome} {decision.status}
        </Badge>{' '}
        <Shown text={decision.reason} />
      </h2>
      <Advice why={why} fix={fix} cause={cause} />
      {stepsMissing !== undefined && (
        <p class="note warn">
          <Shown text={stepsMissing} isProse />
        </p>
      )}
      <div class="beside">
        {steps.length > 0 && <Steps steps={steps} />}
        <DecisionFacts decision={decision} config={config} />
      </div>
    </section>
  )
}

interface DecisionFactsProps {
  readonly decision: DecisionRecord
  readonly config: string | null
}

function DecisionFacts({ decision, config }: DecisionFactsProps): JSX.Element {
  const nowMs = useNow(10_000)
  const { isUtc } = useConsole()
  const { method, host, path, detail, durationMs, cached } = decision
  const request = method === null ? null : `${method} ${host ?? ''}${path ?? ''}`
  const texts: readonly (readonly [name: string, text: string | null])[] = [
    ['Request', request],
    ['Detail', detail],
    ['Route', decision.route],
    ['Policy', decision.policy],
    ['Issuer', decision.issuer],
    ['Client', decision.client],
    ['Caller', decision.caller],
    ['Decision id', decision.id],
    ['Config', config],
    ['Duration', `${formatMs(durationMs)}${cached ? ', the token was remembered' : ''}`],
  ]
  return (
    <dl class="facts">
      <dt>Time</dt>
      <dd>
        <When at={decision.timeMs} nowMs={nowMs} /> {zoneName(isUtc, nowMs)} (
        <When at={decision.timeMs} nowMs={nowMs} isAge />)
      </dd>
      {texts
        .filter(([, text]) => text !== null && text !== '')
        .map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <Shown text={text} />
            </dd>
          </div>
        ))}
    </dl>
  )
}
