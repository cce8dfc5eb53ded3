/** Filters of the list of decisions. They are in the URL, so that a filtered list has a link. */
import type { JSX } from 'preact'
import { DENY_REASONS } from '../../decision/reasons.ts'
import { toHash } from '../hash-route.ts'

export const FILTER_NAMES = ['outcome', 'reason', 'route', 'policy', 'issuer', 'caller', 'client'] as const

type FilterName = (typeof FILTER_NAMES)[number]

const TEXT_FILTERS: readonly (readonly [name: FilterName, label: string, example: string])[] = [
  ['route', 'Route', ''],
  ['policy', 'Policy', ''],
  ['issuer', 'Issuer', ''],
  ['caller', 'Caller', 'nginx'],
  ['client', 'Client', '10.0.0.0/8'],
]

interface FilterFormProps {
  readonly filters: Readonly<Record<string, string>>
}

export function FilterForm({ filters }: FilterFormProps): JSX.Element {
  const change = (name: FilterName, value: string): void => {
    location.hash = toHash('decisions', undefined, { ...filters, [name]: value.trim() })
  }
  return (
    <form class="filters" role="search" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
      <label>
        Outcome
        <select
          value={filters['outcome'] ?? ''}
          onChange={(event) => change('outcome', event.currentTarget.value)}
        >
          <option value="">any</option>
          <option>deny</option>
          <option>allow</option>
        </select>
      </label>
      <label>
        Reason
        <input
          list="reasons"
          value={filters['reason'] ?? ''}
          spellcheck={false}
          onChange={(event) => change('reason', event.currentTarget.value)}
        />
      </label>
      <datalist id="reasons">
        {DENY_REASONS.map((reason) => (
          <option key={reason} value={reason} />
        ))}
      </datalist>
      {TEXT_FILTERS.map(([name, label, example]) => (
        <label key={name}>
          {label}
          <input
            value={filters[name] ?? ''}
            placeholder={example}
            spellcheck={false}
            onChange={(event) => change(name, event.currentTarget.value)}
          />
        </label>
      ))}
    </form>
  )
}
