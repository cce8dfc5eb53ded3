/** Why a request was denied, and what to do about it. */
import type { JSX } from 'preact'
import { Shown } from './shown.tsx'

interface AdviceProps {
  readonly why: string | null | undefined
  readonly fix: string | null | undefined
  readonly cause: string | null | undefined
}

export function Advice({ why, fix, cause }: AdviceProps): JSX.Element | null {
  if (!why && !fix) return null
  return (
    <dl class="facts advice">
      <dt>Why</dt>
      <dd>
        <Shown text={why} isProse />
      </dd>
      <dt>What to do</dt>
      <dd>
        <Shown text={fix} isProse />
      </dd>
      {cause && (
        <>
          <dt>Likely cause</dt>
          <dd>
            <Shown text={cause} />
          </dd>
        </>
      )}
    </dl>
  )
}
