/** Overview: problems first, then what is going on. */
import type { JSX } from 'preact'
import type { KeysAnswer } from '../api/keys-answer.ts'
import { useAnswer } from '../api/use-answer.ts'
import { FailureNote } from '../parts/failure-note.tsx'
import { findProblems } from '../problems.ts'
import { ProblemList } from '../parts/problem-list.tsx'
import { KEYS_INTERVAL_MS } from './issuers.tsx'

export function OverviewView(): JSX.Element {
  const keys = useAnswer<KeysAnswer>('/v1/keys', KEYS_INTERVAL_MS)
  return (
    <>
      <FailureNote {...keys} />
      {keys.answer && <ProblemList problems={findProblems(keys.answer)} />}
    </>
  )
}
