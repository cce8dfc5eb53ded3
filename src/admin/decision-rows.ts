/** `GET /v1/decisions` and `GET /v1/decisions/{id}`. */
import { adminError } from './admin-error.ts'
import { adminRoute, type AdminRoute } from './admin-route.ts'
import { FILTER_PARAMETERS, readDecisionFilter } from './decision-filter.ts'
import type {
  DecisionAnswer,
  DecisionRecord,
  DecisionsAnswer,
  ExplainedStepRecord,
} from './decision-record.ts'
import { DECISION_ANSWER, DECISIONS_ANSWER } from './decision-schemas.ts'
import { MAX_WAITING, type Pace } from './pace.ts'
import type { AskAll } from './questions.ts'
import { jsonAnswer } from './route-answer.ts'

/** `warder.yaml:6:15` of what a step compared with, in the configuration of this digest; null if it is not known. */
export type PlaceOfStep = (step: ExplainedStepRecord, digest: string) => string | null

/**
 * @param askAll Asks the processes, each of which keeps its own decisions.
 * @param pace Of lists: reading a thousand decisions takes as long as making a thousand.
 * @param placeOf Default: no place is known.
 */
export const decisionRows = (
  askAll: AskAll,
  pace: Pace,
  placeOf: PlaceOfStep = () => null,
): readonly AdminRoute[] => [
  adminRoute({
    method: 'GET',
    path: '/v1/decisions',
    right: 'read',
    doc: 'The last decisions of all processes, newest first: their facts, without queries, headers and claims.',
    query: FILTER_PARAMETERS,
    answers: {
      200: {
        doc: 'The decisions that match.',
        contentType: 'application/json',
        schema: DECISIONS_ANSWER,
      },
    },
    handle: async ({ query }) => {
      const filter = readDecisionFilter(query)
      if (!filter.ok) return filter.error
      const listing = pace.run(async () => {
        const answers = await askAll('decisions', filter.value)
        return jsonAnswer('warder.decisions/v1', { ...merged(answers, filter.value.limit) })
      })
      return listing ?? BUSY
    },
  }),
  adminRoute({
    method: 'GET',
    path: '/v1/decisions/{id}',
    right: 'read',
    doc: 'One decision with every step, as `warder explain` shows them.',
    answers: {
      200: { doc: 'The decision.', contentType: 'application/json', schema: DECISION_ANSWER },
    },
    handle: async ({ params }) => {
      const id = params.get('id') ?? ''
      if (!ULID.test(id.toUpperCase()))
        return adminError('ERR_ADMIN_NOT_FOUND', 'this is not the id of a decision', [
          'an id has 26 letters and digits, as in X-Decision-Id',
        ])
      const answers = await askAll('decision', id.toUpperCase())
      const found = answers.find((answer) => answer !== null)
      return found === undefined
        ? notKept(id)
        : jsonAnswer('warder.decision/v1', { ...placed(found, placeOf) })
    },
  }),
]

/** The processes that decide do not know the file. */
function placed(answer: DecisionAnswer, placeOf: PlaceOfStep): DecisionAnswer {
  const { config, steps } = answer
  if (config === null) return answer
  return {
    ...answer,
    steps: steps.map((step) => ({ ...step, source: step.source ?? placeOf(step, config) })),
  }
}

const BUSY = adminError(
  'ERR_ADMIN_BUSY',
  `${MAX_WAITING} lists of decisions are waiting to be made`,
  ['try again; GET /v1/events sends new decisions as they come'],
  { 'retry-after': '1' },
)

/** Crockford's base 32. */
const ULID = /^[0-9A-HJKMNP-TV-Z]{26}$/

function merged(answers: readonly DecisionsAnswer[], limit = Number.POSITIVE_INFINITY): DecisionsAnswer {
  const all = answers.flatMap(({ decisions }) => decisions)
  const decisions = answers.length === 1 ? all : all.toSorted(newestFirst).slice(0, limit)
  return { decisions, dropped: answers.reduce((sum, { dropped }) => sum + dropped, 0) }
}

const newestFirst = (a: DecisionRecord, b: DecisionRecord): number => (a.id < b.id ? 1 : -1)

const notKept = (id: string) =>
  adminError('ERR_ADMIN_NOT_FOUND', `no process keeps the decision ${id}`, [
    'each process keeps its last decisions, `admin.recent_decisions` of them; of a flood only some, and none after it ended',
    `its log line has the facts, if it has one: look for ${id} there`,
    'for every step: echo "$TOKEN" | warder explain --request \'METHOD URL\'',
  ])
