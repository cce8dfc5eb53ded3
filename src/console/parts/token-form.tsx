/** Asks for a token of the admin API. It stays in the memory of this page. */
import type { JSX } from 'preact'
import { useRef } from 'preact/hooks'

interface TokenFormProps {
  /** A token was sent before, and refused. */
  readonly isRefused: boolean
  readonly onToken: (token: string) => void
}

export function TokenForm({ isRefused, onToken }: TokenFormProps): JSX.Element {
  const field = useRef<HTMLInputElement>(null)
  const submit = (event: Event): void => {
    event.preventDefault()
    const token = field.current?.value.trim() ?? ''
    if (field.current !== null) field.current.value = ''
    if (token !== '') onToken(token)
  }
  return (
    <form class="panel narrow" onSubmit={submit}>
      <h1>The admin API needs a token</h1>
      {isRefused && (
        <p class="note bad" role="alert">
          This token was refused.
        </p>
      )}
      <p>
        Enter one of <code>admin.tokens</code> in the configuration. This page keeps it in memory only: it is
        gone when you close or reload the page.
      </p>
      <label>
        Admin token
        <input ref={field} type="password" autoComplete="off" spellcheck={false} required />
      </label>
      <button type="submit">Use this token</button>
    </form>
  )
}
