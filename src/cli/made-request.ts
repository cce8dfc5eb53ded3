/** The request that `explain` and `token verify` ask about, as flags name it. */
import {
  readField,
  readRequestLine,
  type RequestLine,
  type WrittenField,
} from '../app/explain/made-question.ts'
import type { Guard } from '../decision/guard.ts'
import type { Policy } from '../policy/compile-policy.ts'
import { unknownName, usageError } from './usage-error.ts'

/**
 * Takes `GET https://api.example.com/a%2Fb?x=1` apart; without a method it is GET. Nothing is normalised.
 *
 * @throws WarderError ERR_CLI_USAGE
 */
export function parseRequestLine(text: string): RequestLine {
  const words = text.trim().split(/ +/)
  const [method, url] = words.length === 1 ? ['GET', words[0]] : words
  const hint = "write --request 'GET https://api.example.com/orders/42'"
  if (method === undefined || url === undefined || words.length > 2)
    throw usageError('--request: not a method and a URL', hint)
  const line = readRequestLine(method, url)
  if (line.ok) return line.value
  if (line.error === 'method') throw usageError('--request: the word before the URL is not a method', hint)
  throw usageError('--request: not an absolute http:// or https:// URL', hint)
}

/**
 * Takes `Name: value` apart.
 *
 * @throws WarderError ERR_CLI_USAGE; its message holds no value, which may be a token.
 */
export function parseHeaderField(text: string): WrittenField {
  const colon = text.indexOf(':')
  const field = colon < 0 ? undefined : readField(text.slice(0, colon), text.slice(colon + 1))
  if (field !== undefined) return field
  throw usageError('-H: not a header', "write -H 'Name: value'")
}

/**
 * The named policy; undefined without a name.
 *
 * @throws WarderError ERR_CLI_USAGE
 */
export function findPolicy(guard: Guard, name: string | undefined): Policy | undefined {
  if (name === undefined) return undefined
  const policy = guard.policies.get(name)
  if (policy !== undefined) return policy
  throw unknownName('--policy', 'policy', 'policies', name, [...guard.policies.keys()])
}
