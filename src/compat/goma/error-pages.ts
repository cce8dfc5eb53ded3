/** Goma's `errorInterceptor` → statuses whose answers are replaced; the texts are Warder's own. */
import { z } from 'zod'
import { strictMap } from '../../settings/kinds/section.ts'
import { count } from '../../settings/kinds/values.ts'
import { alike, gomaFlag } from './leaf.ts'
import { noEffect } from './noted-keys.ts'

const OWN_TEXTS = 'Warder sends its own problem documents instead; let the application write other pages'

/** A status has three names, by version. One that is not enabled is as if it were not there. */
export const ErrorInterceptorSchema = strictMap({
  enabled: gomaFlag().optional(),
  contentType: noEffect(OWN_TEXTS),
  errors: z
    .array(
      strictMap({
        ...alike(count(0, 999).schema.optional(), 'status', 'statusCode', 'code'),
        ...alike(noEffect(OWN_TEXTS), 'body', 'message', 'file'),
      }),
    )
    .optional(),
}).transform(({ enabled, ...interceptor }) => (enabled === true ? interceptor : { errors: [] }))

/** Statuses below 400 are no errors. */
export const interceptedStatuses = ({ errors = [] }: z.output<typeof ErrorInterceptorSchema> = {}) =>
  errors
    .map(({ status, statusCode, code }) => status ?? statusCode ?? code ?? 0)
    .filter((status) => status >= 400 && status <= 599)
