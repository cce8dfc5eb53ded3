/** `POST /v1/keys/refresh`. */
import { z } from 'zod'
import type { Issuer } from '../jwt/issuer.ts'
import { partsOf, type KeySource } from '../keys/key-source.ts'
import { quoted } from '../printable.ts'
import { suggestion } from '../suggest.ts'
import { adminError } from './admin-error.ts'
import { adminRoute, type AdminRoute } from './admin-route.ts'
import { jsonAnswer } from './route-answer.ts'
import { jsonForm, TIME, timeOrNull } from './shapes.ts'

const REFRESH_ANSWER = z.strictObject({
  schema: z.literal('warder.keys-refresh/v1'),
  /** One for each key source. */
  sources: z.array(
    z.strictObject({
      issuer: z.string(),
      source: z.string(),
      /**
       * `loaded`: just now. `failed`: the previous keys stay. `too_soon`: nothing was loaded, because a load began less
       * than ten seconds ago, or the provider asked for a pause. `fixed`: the source is never loaded again.
       */
      result: z.enum(['loaded', 'failed', 'too_soon', 'fixed']),
      /** In force. */
      keys: z.int(),
      loadedAt: TIME.nullable(),
      error: z.string().nullable(),
    }),
  ),
})

type RefreshedSource = z.infer<typeof REFRESH_ANSWER>['sources'][number]

/** @param issuers Returns those in force. */
export const refreshRoute = (issuers: () => readonly Issuer[]): AdminRoute =>
  adminRoute({
    method: 'POST',
    path: '/v1/keys/refresh',
    right: 'change',
    doc: 'Loads the keys of all issuers, or of one, and answers when that has ended.',
    body: z.strictObject({ issuer: z.string().optional() }).optional(),
    answers: { 200: jsonForm('What became of each source.', REFRESH_ANSWER) },
    async handle({ body }) {
      const wanted = body?.issuer
      const all = issuers()
      const chosen = wanted === undefined ? all : all.filter(({ settings }) => settings.name === wanted)
      if (wanted !== undefined && chosen.length === 0) {
        const { label } = suggestion(
          wanted,
          all.map(({ settings }) => settings.name),
        )
        const hints = label === undefined ? ['GET /v1/status lists the issuers'] : [label]
        return adminError('ERR_ADMIN_NOT_FOUND', `no issuer ${quoted(wanted)}`, hints)
      }
      const refreshed = chosen.flatMap(({ settings, keys }) =>
        partsOf(keys).map((source) => refreshSource(settings.name, source)),
      )
      return jsonAnswer('warder.keys-refresh/v1', { sources: await Promise.all(refreshed) })
    },
  })

async function refreshSource(issuer: string, source: KeySource): Promise<RefreshedSource> {
  const result = (await source.refresh?.()) ?? 'fixed'
  const { description, keys, loadedAtMs, lastError } = source.status()
  return {
    issuer,
    source: description,
    result,
    keys: keys.length,
    loadedAt: timeOrNull(loadedAtMs),
    error: lastError ?? null,
  }
}
