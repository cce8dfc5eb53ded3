/** The client that a request is counted for in a rate limit. */
import { createHash } from 'node:crypto'
import { readCookie } from '../../token/read-cookie.ts'
import { clientOf } from '../client/client-address.ts'
import type { ClientRequest } from '../client/client-request.ts'
import { valuesOf } from '../../http/messages/header-fields.ts'
import type { Judgement } from '../judges/judge.ts'
import type { RateKey } from '../../settings/rate-limit/definition.ts'

/** Longest value of a client's header or cookie that is a key of its own, in characters. */
const MAX_VALUE_LENGTH = 256

/**
 * The key in a store. Each kind has its own prefix, so that no client can pass for another's address.
 *
 * @param judgement Undefined before the request was judged: then it has no identity.
 * @param identityNames Of all policies, lower case, in the order of a decision's identity.
 */
export function rateKeyOf(
  by: RateKey,
  request: ClientRequest,
  judgement: Judgement | undefined,
  identityNames: readonly string[],
): string {
  const value = valueOf(by, request, judgement, identityNames)
  if (value === undefined || value === '')
    return `address ${clientOf(request.forwarded.forwardedFor, request.isTrusted)}`
  // A digest, so that neither credentials nor names stay in memory.
  return `${by.kind} ${createHash('sha256').update(value).digest('base64')}`
}

/** Undefined if it is absent, sent more than once, or too long. */
function valueOf(
  by: RateKey,
  { head, authz }: ClientRequest,
  judgement: Judgement | undefined,
  identityNames: readonly string[],
): string | undefined {
  if (by.kind === 'address') return undefined
  if (by.kind === 'identity') return identityOf(by.name.toLowerCase(), judgement, identityNames)
  if (by.kind === 'cookie') {
    const reading = readCookie(authz.headers.get('cookie'), by.name)
    return reading.kind === 'found' ? short(reading.token) : undefined
  }
  const [value, second] = valuesOf(head.fields, by.name.toLowerCase())
  return second === undefined ? short(value) : undefined
}

const short = (value: string | undefined): string | undefined =>
  value === undefined || value.length > MAX_VALUE_LENGTH ? undefined : value

/** As the application is sent it: from a policy, or from an auth service. */
function identityOf(
  lower: string,
  judgement: Judgement | undefined,
  identityNames: readonly string[],
): string | undefined {
  if (judgement?.decision.outcome !== 'allow') return undefined
  const granted = judgement.grant?.headers.find(({ name }) => name.toLowerCase() === lower)
  return granted?.value ?? judgement.decision.identity[identityNames.indexOf(lower)]
}
