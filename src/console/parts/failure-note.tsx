/** Says that the data of a view could not be read, and why. */
import type { JSX } from 'preact'
import type { Answered } from '../api/use-answer.ts'
import { Shown } from './shown.tsx'

export function FailureNote({ failure, answer }: Answered<unknown>): JSX.Element | null {
  if (failure === undefined)
    return answer === undefined ? (
      <p class="faint" role="status">
        Loading …
      </p>
    ) : null
  return (
    <p class="note bad" role="alert">
      <strong>{answer === undefined ? 'Could not be read' : 'Not up to date'}:</strong>{' '}
      <Shown text={failure.message} isProse />
    </p>
  )
}
