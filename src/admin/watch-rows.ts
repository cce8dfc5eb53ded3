/** `GET /v1/events` and `GET /v1/history`. */
import { z } from 'zod'
import { adminRoute, type AdminRoute } from './admin-route.ts'
import type { DecisionEvents } from './decision-events.ts'
import type { DecisionHistory } from './decision-history.ts'
import { jsonAnswer } from './route-answer.ts'

const POINT = z.strictObject({
  timeMs: z.int(),
  seconds: z.number(),
  outcomes: z.strictObject({ allow: z.int(), deny: z.int() }),
  reasons: z.record(z.string(), z.int()),
  latencyMs: z.strictObject({ p50: z.number(), p95: z.number(), p99: z.number() }).nullable(),
})

export const HISTORY_ANSWER = z.strictObject({
  schema: z.literal('warder.history/v1'),
  points: z.array(POINT),
  issuers: z.array(
    z.strictObject({
      name: z.string(),
      source: z.string(),
      moments: z.array(
        z.strictObject({
          timeMs: z.number(),
          type: z.enum(['loaded', 'failed', 'rotated', 'recovered']),
          detail: z.string().nullable(),
        }),
      ),
    }),
  ),
})

export const watchRows = (events: DecisionEvents, history: DecisionHistory): readonly AdminRoute[] => [
  adminRoute({
    method: 'GET',
    path: '/v1/events',
    right: 'read',
    doc: 'Events while the client listens: statistics every second (`stats`), and new decisions (`decision`).',
    answers: { 200: { doc: 'Server-sent events, each with JSON.', contentType: 'text/event-stream' } },
    handle: () => ({
      status: 200,
      contentType: 'text/event-stream; charset=utf-8',
      // A browser that loses the connection comes back after this time.
      body: 'retry: 2000\n\n',
      open: (answer) => events.listen(answer),
    }),
  }),
  adminRoute({
    method: 'GET',
    path: '/v1/history',
    right: 'read',
    doc: 'The last hour: decisions of all processes in points of five seconds, and what happened to the keys.',
    answers: {
      200: {
        doc: 'Points and moments, oldest first.',
        contentType: 'application/json',
        schema: HISTORY_ANSWER,
      },
    },
    handle: () => jsonAnswer('warder.history/v1', { ...history.report() }),
  }),
]
