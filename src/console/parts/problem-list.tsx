/** The problems of the service, or that there is none. */
import type { JSX } from 'preact'
import { toHash } from '../hash-route.ts'
import type { ServiceProblem } from '../problems.ts'
import { Badge } from './badge.tsx'
import { Shown } from './shown.tsx'

export function ProblemList({ problems }: { readonly problems: readonly ServiceProblem[] }): JSX.Element {
  if (problems.length === 0)
    return (
      <p class="note good" role="status">
        <Badge tone="good">No known problem</Badge>
      </p>
    )
  return (
    <ul class="problems" aria-label="Problems">
      {problems.map(({ tone, text, view }) => (
        <li key={text} class={`note ${tone}`}>
          <Badge tone={tone}>{tone === 'bad' ? 'problem' : 'warning'}</Badge>{' '}
          <a href={toHash(view)}>
            <Shown text={text} isProse />
          </a>
        </li>
      ))}
    </ul>
  )
}
