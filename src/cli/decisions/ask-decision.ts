/** Asks a running Warder for one of its last decisions. */
import { WarderError } from '../../errors.ts'
import type { JsonObject } from '../../strict-json.ts'
import type { AdminTarget } from '../running/admin-target.ts'
import { askJson } from '../running/ask-json.ts'
import { timeOfDecisionId } from './decision-id.ts'

/**
 * The members of `warder.decision/v1`.
 *
 * @throws WarderError ERR_CLI_DECISION_GONE, and those of {@link askJson}
 */
export async function askDecision(admin: AdminTarget, id: string): Promise<JsonObject> {
  const { members } = await askJson(admin, {
    method: 'GET',
    path: `/v1/decisions/${id}`,
    schema: 'warder.decision/v1',
    whenUnknown: () => gone(admin, id),
  })
  return members
}

const gone = ({ where, flag }: AdminTarget, id: string): WarderError =>
  new WarderError(
    'ERR_CLI_DECISION_GONE',
    `${where} has no decision ${id}, which was made at ${timeOfDecisionId(id)}`,
    {
      hints: [
        'newer decisions may have taken its place, or the service was restarted: `admin.recent_decisions` sets how many it keeps',
        `or another Warder made it: ${flag} URL`,
        'the log line of a denial has its reason: warder explain REASON',
        'or make the decision again: echo "$TOKEN" | warder explain --request \'GET https://api.example.com/orders/42\'',
      ],
    },
  )
