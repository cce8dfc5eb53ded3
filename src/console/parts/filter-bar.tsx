/** A field that narrows a table, and how much is left. */
import type { ComponentChildren, JSX } from 'preact'
import { formatCount } from '../format.ts'

interface FilterBarProps {
  readonly value: string
  readonly onChange: (value: string) => void
  readonly shown: number
  readonly total: number
  /** What is counted, in the plural. */
  readonly what: string
  readonly children?: ComponentChildren
}

export function FilterBar({ value, onChange, shown, total, what, children }: FilterBarProps): JSX.Element {
  return (
    <p class="bar">
      <label class="check">
        Filter{' '}
        <input
          type="search"
          value={value}
          spellcheck={false}
          onInput={(event) => onChange(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') onChange('')
          }}
        />
      </label>
      <span class="faint" role="status">
        {formatCount(shown)} of {formatCount(total)} {what}
      </span>
      {children}
    </p>
  )
}
