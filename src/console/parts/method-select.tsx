/** A field of a form: the method of a request. */
import type { JSX } from 'preact'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

export const MethodSelect = (): JSX.Element => (
  <select name="method">
    {METHODS.map((method) => (
      <option key={method}>{method}</option>
    ))}
  </select>
)
