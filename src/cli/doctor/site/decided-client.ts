/** Who asked, as the running Warder knows it. */
import { WarderError } from '../../../errors.ts'
import { askDecision } from '../../decisions/ask-decision.ts'
import type { AdminTarget } from '../../running/admin-target.ts'
import { objectIn } from '../../running/members.ts'

/** The client of a decision: null if nobody named one, undefined if the decision is not to be found. */
export type ClientOf = (decisionId: string) => Promise<string | null | undefined>

/** Its functions throw WarderError when the listener cannot be reached, or refuses to answer. */
export const createClientOf =
  (admin: AdminTarget): ClientOf =>
  async (decisionId) => {
    try {
      const { client } = objectIn((await askDecision(admin, decisionId))['decision'])
      return client === null || typeof client === 'string' ? client : undefined
    } catch (fault) {
      if (fault instanceof WarderError && fault.code === 'ERR_CLI_DECISION_GONE') return undefined
      throw fault
    }
  }
