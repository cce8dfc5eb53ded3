/** Text that a client, an issuer or a file has chosen. */
import type { JSX } from 'preact'
import { printable } from '../../printable.ts'

interface ShownProps {
  readonly text: string | null | undefined
  /** A sentence, not a value. */
  readonly isProse?: boolean
}

/**
 * Its characters alone: it neither runs, nor hides, nor turns the text around it, and it breaks anywhere.
 *
 * @param text An absent value is shown as a dash.
 */
export function Shown({ text, isProse = false }: ShownProps): JSX.Element {
  if (text === null || text === undefined || text === '') return <span class="faint">–</span>
  return <bdi class={isProse ? 'shown prose' : 'shown'}>{printable(text)}</bdi>
}
