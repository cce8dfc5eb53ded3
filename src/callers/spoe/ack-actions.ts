/**
 * The answer to a NOTIFY: variables of the transaction, which the rules of HAProxy read. It denies whatever has no
 * `allowed`, so what sets nothing denies.
 */
import type { Decision } from '../../decision/decision.ts'
import { spopNumberValue, spopText, spopTextValue, SPOP_TRUE } from './spop-writer.ts'

/** Set a variable (1) by three arguments, the first of which is the scope of the transaction (2). */
const SET_IN_TRANSACTION = '\x01\x03\x02'

/** The variable of an identity header, without its prefix. It has a part of its own, so that none is called `allowed`. */
export const identityVariable = (lowerCaseName: string): string =>
  `header.${lowerCaseName.replaceAll('-', '_')}`

/**
 * @param identityNames The guard's, in lower case; an allow sets a variable for each, an empty one if the claim is absent.
 * @returns One character for each byte.
 */
export function ackActions(decision: Decision, identityNames: readonly string[]): string {
  const { id, reason } = decision
  const common = set('id', spopTextValue(id)) + set('reason', spopTextValue(reason))
  if (decision.outcome === 'allow') {
    let actions = common + set('status', spopNumberValue(200))
    for (let i = 0; i < identityNames.length; i++)
      actions += set(identityVariable(identityNames[i] ?? ''), spopTextValue(decision.identity[i] ?? ''))
    // Last: HAProxy carries actions out in their order.
    return actions + set('allowed', SPOP_TRUE)
  }
  const { status, challenge, retryAfterSeconds } = decision
  let actions = common + set('status', spopNumberValue(status))
  if (challenge !== undefined) actions += set('challenge', spopTextValue(challenge))
  if (retryAfterSeconds !== undefined) actions += set('retry_after', spopNumberValue(retryAfterSeconds))
  return actions
}

const set = (name: string, value: string): string => SET_IN_TRANSACTION + spopText(name) + value
