/** `GET /v1/keys`. */
import { z } from 'zod'
import { jsonAnswer } from './route-answer.ts'
import { adminRoute, type AdminRoute } from './admin-route.ts'
import type { IssuerKeysReport } from './keys-report.ts'

const time = z.iso.datetime().nullable()

const KEY = z.strictObject({
  kid: z.string().nullable(),
  type: z.string().nullable(),
  algorithms: z.array(z.string()),
  thumbprint: z.string().nullable(),
  inForce: z.boolean(),
  firstSeen: time,
  lastSeen: time,
  lastUsed: time,
})

/** The same shape as `warder keys list --json`. */
const KEYS_ANSWER = z.strictObject({
  schema: z.literal('warder.keys/v1'),
  issuers: z.array(
    z.strictObject({
      name: z.string(),
      source: z.string(),
      state: z.enum(['empty', 'fresh', 'stale', 'expired']),
      loadedAt: time,
      lastError: z.string().nullable(),
      origin: z.enum(['network', 'snapshot']).nullable(),
      keys: z.array(KEY),
      ignored: z.array(z.strictObject({ kid: z.string().nullable(), why: z.string() })),
    }),
  ),
})

/** @param keys Is computed for each request. */
export const keysRoute = (keys: () => readonly IssuerKeysReport[]): AdminRoute =>
  adminRoute({
    method: 'GET',
    path: '/v1/keys',
    right: 'read',
    doc: 'The keys of all issuers, with what has been removed lately. Never key material.',
    answers: {
      200: { doc: 'One entry for each key source.', contentType: 'application/json', schema: KEYS_ANSWER },
    },
    handle: () => jsonAnswer('warder.keys/v1', { issuers: keys() }),
  })
