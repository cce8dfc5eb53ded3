/** `POST /v1/reload`. */
import { z } from 'zod'
import { adminError } from './admin-error.ts'
import { adminRoute, type AdminRoute } from './admin-route.ts'
import { jsonAnswer } from './route-answer.ts'
import { DIAGNOSTIC_SHAPE, jsonForm } from './shapes.ts'

const RELOAD_ANSWER = z.strictObject({
  schema: z.literal('warder.reload/v1'),
  /** `unchanged`: no file differs from before. `refused`: the previous configuration stays in force. */
  result: z.enum(['success', 'unchanged', 'refused']),
  /** Of the configuration in force now, and before. */
  digest: z.string(),
  was: z.string(),
  /** Why it was refused, or the warnings of what is in force. */
  diagnostics: z.array(DIAGNOSTIC_SHAPE),
})

export type ReloadReport = Omit<z.infer<typeof RELOAD_ANSWER>, 'schema'>

const REFUSED = 422

/**
 * @param reload Resolves when the reload has ended; undefined while none is possible. Its report is undefined if the
 *   process is stopping.
 */
export const reloadRoute = (reload: () => Promise<ReloadReport | undefined> | undefined): AdminRoute =>
  adminRoute({
    method: 'POST',
    path: '/v1/reload',
    right: 'change',
    doc: 'Loads the configuration again, as SIGHUP does, and answers when that has ended. Requests that arrive during a reload share the next one.',
    answers: {
      200: jsonForm('The configuration is in force.', RELOAD_ANSWER),
      422: jsonForm('It has mistakes, and the previous one stays in force.', RELOAD_ANSWER),
    },
    async handle() {
      const report = await reload()
      if (report !== undefined)
        return jsonAnswer('warder.reload/v1', { ...report }, report.result === 'refused' ? REFUSED : 200)
      return adminError('ERR_ADMIN_UNAVAILABLE', 'this process cannot load its configuration again', [
        'it is starting or stopping, or it is `warder dev`, whose configuration is built in',
      ])
    },
  })
