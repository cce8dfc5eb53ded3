/** The query of a request to the admin listener: known parameters alone, each at most once. */
import { quoted } from '../printable.ts'
import { err, ok, type Result } from '../result.ts'
import { suggestion } from '../suggest.ts'
import { adminError } from './admin-error.ts'
import type { RouteAnswer } from './route-answer.ts'
import type { AdminRoute } from './admin-route.ts'
import { decodeStrictly } from './route-table.ts'

/** @param query Raw, without the `?`; undefined if there is none. */
export function readQuery(
  { query: known = {}, ignoresQuery }: Pick<AdminRoute, 'query' | 'ignoresQuery'>,
  query: string | undefined,
): Result<ReadonlyMap<string, string>, RouteAnswer> {
  const values = new Map<string, string>()
  for (const part of (query ?? '').split('&')) {
    if (part === '') continue
    const equals = part.indexOf('=')
    const name = decode(equals < 0 ? part : part.slice(0, equals))
    const value = equals < 0 ? '' : decode(part.slice(equals + 1))
    if (name !== undefined && Object.hasOwn(known, name)) {
      if (value === undefined)
        return refuse(`the value of ${quoted(name)} is not valid UTF-8 in percent-encoding`)
      if (values.has(name)) return refuse(`the parameter ${quoted(name)} is there twice`)
      values.set(name, value)
    } else if (ignoresQuery !== true) return refuse(...unknown(name, Object.keys(known)))
  }
  return ok(values)
}

const decode = (text: string): string | undefined => decodeStrictly(text.replaceAll('+', ' '))

function unknown(name: string | undefined, known: readonly string[]): [string, string[]] {
  const { label } = name === undefined ? {} : suggestion(name, known)
  const list = known.length === 0 ? 'this path takes none' : `this path takes ${known.join(', ')}`
  return [`unknown parameter ${quoted(name ?? '')}`, [...(label === undefined ? [] : [label]), list]]
}

const refuse = (message: string, hints: readonly string[] = []): { ok: false; error: RouteAnswer } =>
  err(adminError('ERR_ADMIN_QUERY', message, hints))
