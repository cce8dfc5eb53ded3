/** `GET /v1/config`. */
import { z } from 'zod'
import { adminError } from './admin-error.ts'
import { adminRoute, type AdminRoute } from './admin-route.ts'
import { jsonAnswer } from './route-answer.ts'
import { jsonForm } from './shapes.ts'

const ORIGIN = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('file'),
    file: z.string(),
    line: z.int(),
    column: z.int(),
    length: z.int(),
  }),
  z.strictObject({ kind: z.literal('preset'), preset: z.string() }),
  z.strictObject({ kind: z.literal('default') }),
])

const CONFIG_ANSWER = z.strictObject({
  schema: z.literal('warder.config/v1'),
  file: z.string(),
  format: z.string(),
  digest: z.string(),
  /** A `warder.yaml` that says the same, with every default; secrets are masked. */
  config: z.record(z.string(), z.unknown()),
  /** With `?origins`: every setting, by its JSON pointer into `config`. */
  origins: z.array(z.strictObject({ pointer: z.string(), value: z.unknown(), origin: ORIGIN })).optional(),
})

/** @param config Is computed for each request, with origins or without; undefined if there are too many of them. */
export const configRoute = (
  config: (hasOrigins: boolean) => Readonly<Record<string, unknown>> | undefined,
): AdminRoute =>
  adminRoute({
    method: 'GET',
    path: '/v1/config',
    right: 'read',
    doc: 'The configuration in force, as `warder config show --json`: every default filled in, every secret masked.',
    query: { origins: { doc: 'Adds where each setting comes from. It needs no value.' } },
    answers: { 200: jsonForm('The configuration.', CONFIG_ANSWER) },
    handle({ query }) {
      const members = config(query.has('origins'))
      if (members !== undefined) return jsonAnswer('warder.config/v1', members)
      return adminError('ERR_ADMIN_UNAVAILABLE', 'the configuration has too many routes for their origins', [
        'run `warder config show --origin` with its file',
      ])
    },
  })
