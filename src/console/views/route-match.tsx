/** Which route would match a request, and why the earlier ones do not. */
import type { JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import type { RouteMatch } from '../../admin/routes-rows.ts'
import { useAnswer } from '../api/use-answer.ts'
import { formatCount } from '../format.ts'
import { FailureNote } from '../parts/failure-note.tsx'
import { MethodSelect } from '../parts/method-select.tsx'
import { Shown } from '../parts/shown.tsx'

export function MatchForm(): JSX.Element {
  const form = useRef<HTMLFormElement>(null)
  const [path, setPath] = useState<string>()
  const found = useAnswer<RouteMatch>(path)
  const submit = (event: Event): void => {
    event.preventDefault()
    if (form.current === null) return
    const fields = new FormData(form.current)
    const query = new URLSearchParams({ method: read(fields, 'method'), url: read(fields, 'url') })
    // The fragment is not sent: the same question can be asked again.
    setPath(`/v1/routes/match?${query}#${Date.now()}`)
  }
  return (
    <form ref={form} class="panel form" onSubmit={submit}>
      <h2>Which route would match?</h2>
      <div class="row">
        <label>
          Method
          <MethodSelect />
        </label>
        <label class="wide">
          URL
          <input name="url" required spellcheck={false} placeholder="https://api.example.com/orders/42" />
        </label>
        <button type="submit">Find the route</button>
      </div>
      <div aria-live="polite">
        {path !== undefined && <FailureNote {...found} />}
        {found.answer && <Found answer={found.answer} />}
      </div>
    </form>
  )
}

const read = (fields: FormData, name: string): string => {
  const value = fields.get(name)
  return typeof value === 'string' ? value.trim() : ''
}

function Found({ answer }: { readonly answer: RouteMatch }): JSX.Element {
  const { route, reason, facts, skipped, moreSkipped } = answer
  return (
    <>
      <p>
        {route === null ? (
          <>
            No route judges it: denied with <Shown text={reason} />
          </>
        ) : (
          <>
            Route <Shown text={route.name} />, number {formatCount(route.order + 1)}
          </>
        )}
        {': '}
        <Shown text={facts} />
      </p>
      {skipped.length > 0 && (
        <details>
          <summary>Why not the {formatCount(skipped.length + moreSkipped)} before it</summary>
          <ul class="notes">
            {moreSkipped > 0 && <li class="faint">{formatCount(moreSkipped)} more, not listed</li>}
            {skipped.map(({ name, order, why }) => (
              <li key={order}>
                <Shown text={name} />: <Shown text={why} isProse />
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  )
}
