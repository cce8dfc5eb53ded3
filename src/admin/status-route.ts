/** `GET /v1/status`. */
import { z } from 'zod'
import { adminRoute, type AdminRoute } from './admin-route.ts'
import { jsonAnswer } from './route-answer.ts'
import { DIAGNOSTIC_SHAPE, jsonForm, TIME } from './shapes.ts'

const STATUS_ANSWER = z.strictObject({
  schema: z.literal('warder.status/v1'),
  version: z.string(),
  runtime: z.string(),
  startedAt: TIME,
  /** As `/readyz`. */
  isReady: z.boolean(),
  /** In force. */
  config: z.strictObject({
    digest: z.string(),
    format: z.string(),
    file: z.string(),
    loadedAt: TIME,
    warnings: z.array(DIAGNOSTIC_SHAPE),
  }),
  /** Null: none since the start. */
  lastReload: z
    .strictObject({
      at: TIME,
      result: z.enum(['success', 'unchanged', 'refused', 'failed']),
      cause: z.enum(['signal', 'watch', 'api']),
      errors: z.array(DIAGNOSTIC_SHAPE),
    })
    .nullable(),
  listeners: z.array(
    z.strictObject({
      kind: z.enum(['decisions', 'admin', 'gateway', 'grpc', 'spoe']),
      address: z.string(),
    }),
  ),
  /** Empty if one process does everything. */
  workers: z.array(
    z.strictObject({
      number: z.int(),
      pid: z.int().nullable(),
      isServing: z.boolean(),
      lastEnd: z.string().nullable(),
    }),
  ),
  /** One for each key source. */
  issuers: z.array(
    z.strictObject({
      name: z.string(),
      source: z.string(),
      state: z.enum(['empty', 'fresh', 'stale', 'expired']),
      keys: z.int(),
      loadedAt: TIME.nullable(),
      nextLoadAt: TIME.nullable(),
      lastError: z.string().nullable(),
    }),
  ),
})

export type StatusReport = Omit<z.infer<typeof STATUS_ANSWER>, 'schema'>

/** @param status Is computed for each request. */
export const statusRoute = (status: () => StatusReport): AdminRoute =>
  adminRoute({
    method: 'GET',
    path: '/v1/status',
    right: 'read',
    doc: 'What is running, with which configuration, and how the last reload went.',
    answers: { 200: jsonForm('The state of this moment.', STATUS_ANSWER) },
    handle: () => jsonAnswer('warder.status/v1', { ...status() }),
  })
