/** `POST /v1/explain`. */
import { z } from 'zod'
import { adminError } from './admin-error.ts'
import { adminRoute, type AdminRoute } from './admin-route.ts'
import { COMPARISON, STEP } from './decision-schemas.ts'
import type { GuessLimit } from './guess-limit.ts'
import { jsonAnswer, type RouteAnswer } from './route-answer.ts'
import { jsonForm, TIME } from './shapes.ts'

/** What a request is, of which the decision is explained. */
const QUESTION = z.strictObject({
  method: z.string(),
  /** Absolute. */
  url: z.string(),
  /** Values by name; several as a list. */
  headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
  /** The name of the policy that judges. Default: the routes decide. */
  policy: z.string().optional(),
  /** Put where the policy looks for it. Default: none, or the one in `headers`. */
  token: z.string().optional(),
})

export type ExplainQuestion = z.infer<typeof QUESTION>

const name = z.string().nullable()

const EXPLANATION = z.strictObject({
  schema: z.literal('warder.explain/v1'),
  id: z.string(),
  decision: z.enum(['allow', 'deny']),
  status: z.int(),
  reason: z.string(),
  /** Of a denial, as the next three. */
  detail: name.optional(),
  why: z.string().optional(),
  fix: z.string().optional(),
  cause: name.optional(),
  /** Only if the likely cause has one. */
  compare: COMPARISON.optional(),
  at: TIME.nullable(),
  config: z.strictObject({ digest: z.string(), file: z.string() }),
  /** Without the query, which may hold a token. */
  request: z
    .strictObject({ method: z.string(), scheme: z.string(), host: z.string(), path: z.string() })
    .nullable(),
  route: name,
  policy: name,
  issuer: name,
  steps: z.array(STEP),
  challenge: name,
})

/** Explanations at once: one may check a password, which is expensive on purpose. */
const MAX_AT_ONCE = 4

/**
 * @param explain Decides with the configuration in force; returns the members of the explanation, or an error.
 * @param guesses Of passwords for `basic_auth`: who may read is not let to guess them faster than at the gateway, and
 *   without a line in the log.
 */
export function explainRoute(
  explain: (question: ExplainQuestion) => Promise<Readonly<Record<string, unknown>> | RouteAnswer>,
  guesses: GuessLimit,
): AdminRoute {
  let running = 0
  return adminRoute({
    method: 'POST',
    path: '/v1/explain',
    right: 'read',
    doc: 'Judges one request as the service would, and answers with every step, as `warder explain --json`. The token is neither logged nor kept.',
    body: QUESTION,
    answers: { 200: jsonForm('The decision and its steps.', EXPLANATION) },
    async handle({ body, peer }) {
      const waitSeconds = guesses.waitSeconds(peer)
      if (waitSeconds > 0) return tooManyGuesses(waitSeconds)
      if (running >= MAX_AT_ONCE)
        return adminError('ERR_ADMIN_BUSY', `${MAX_AT_ONCE} explanations are under way`, ['try again'], {
          'retry-after': '1',
        })
      running++
      try {
        const explained = await explain(body)
        if (isAnswer(explained)) return explained
        if (explained['reason'] === 'credentials_invalid') guesses.wrong(peer)
        return jsonAnswer('warder.explain/v1', explained)
      } finally {
        running--
      }
    },
  })
}

const isAnswer = (value: object): value is RouteAnswer => 'contentType' in value

const tooManyGuesses = (seconds: number): RouteAnswer =>
  adminError(
    'ERR_ADMIN_TOO_MANY',
    'too many wrong passwords for `basic_auth` came from this address',
    ['wait as long as `Retry-After` says; until then nothing is explained'],
    { 'retry-after': String(seconds) },
  )
