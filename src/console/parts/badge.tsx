/** A state in one word, with a colour and a sign, so that the colour is not needed. */
import type { ComponentChildren, JSX } from 'preact'

export type Tone = 'good' | 'warn' | 'bad' | 'plain'

const SIGNS: Readonly<Record<Tone, string>> = { good: '✔', warn: '!', bad: '✘', plain: '' }

interface BadgeProps {
  readonly tone: Tone
  readonly children: ComponentChildren
}

export function Badge({ tone, children }: BadgeProps): JSX.Element {
  const sign = SIGNS[tone]
  return (
    <span class={`badge ${tone}`}>
      {sign !== '' && <span aria-hidden="true">{sign} </span>}
      {children}
    </span>
  )
}
