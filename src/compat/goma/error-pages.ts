/** Goma's `errorInterceptor` → statuses whose answers are replaced; the texts are Warder's own. */
import type { LocatedProblem } from '../../settings/problem.ts'
import { optionalList, strictMap, wholeNumber } from '../../settings/kinds/schema-leaf.ts'
import type { Output } from '../../settings/kinds/schema-leaf.ts'
import { gomaFlag } from './leaf.ts'
import { checkKeys, notedKeys } from './noted-keys.ts'
import { ERROR_PAGE_NOTES, ERROR_PAGES_NOTES } from './notes.ts'

const optionalStatus = () => wholeNumber(0, 999).optional()

/** A status has three names, by version. */
export const ErrorInterceptorSchema = strictMap({
  enabled: gomaFlag().optional(),
  ...notedKeys(ERROR_PAGES_NOTES),
  errors: optionalList(
    strictMap({
      status: optionalStatus(),
      statusCode: optionalStatus(),
      code: optionalStatus(),
      ...notedKeys(ERROR_PAGE_NOTES),
    }),
  ),
})

type ErrorInterceptor = Output<typeof ErrorInterceptorSchema>

/** Statuses below 400 are no errors. */
export function interceptedStatuses({ enabled, errors = [] }: ErrorInterceptor = {}): readonly number[] {
  if (enabled !== true) return []
  return errors.flatMap(({ status, statusCode, code }) => {
    const found = status ?? statusCode ?? code ?? 0
    return found >= 400 && found <= 599 ? [found] : []
  })
}

/** @param path Where it is written. */
export function checkErrorPages(
  interceptor: ErrorInterceptor | undefined,
  path: readonly PropertyKey[],
): readonly LocatedProblem[] {
  if (interceptor?.enabled !== true) return []
  return [
    ...checkKeys(interceptor, path, ERROR_PAGES_NOTES),
    ...(interceptor.errors ?? []).flatMap((page, i) =>
      checkKeys(page, [...path, 'errors', i], ERROR_PAGE_NOTES),
    ),
  ]
}
