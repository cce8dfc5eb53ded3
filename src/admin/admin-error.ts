/** Errors of the admin API, in the shape that `--json` of the command line has. */
import type { ErrorCode } from '../errors.ts'
import { printable } from '../printable.ts'
import { withoutTokens } from '../without-tokens.ts'
import { jsonAnswer, type RouteAnswer } from './route-answer.ts'

/** The codes that are answered, with their status. */
export const ADMIN_STATUS = {
  ERR_ADMIN_REQUEST: 400,
  ERR_ADMIN_QUERY: 400,
  ERR_ADMIN_BODY: 400,
  ERR_ADMIN_TOKEN: 401,
  ERR_ADMIN_RIGHT: 403,
  ERR_ADMIN_ORIGIN: 403,
  ERR_ADMIN_PATH: 404,
  ERR_ADMIN_NOT_FOUND: 404,
  ERR_ADMIN_METHOD: 405,
  ERR_ADMIN_UNAVAILABLE: 409,
  ERR_ADMIN_BODY_TOO_LARGE: 413,
  ERR_ADMIN_BODY_TYPE: 415,
  ERR_ADMIN_HOST: 421,
  ERR_ADMIN_TOO_MANY: 429,
  ERR_ADMIN_BUSY: 503,
  ERR_INTERNAL: 503,
} as const satisfies Partial<Record<ErrorCode, number>>

export type AdminErrorCode = keyof typeof ADMIN_STATUS

/**
 * `warder.error/v1`.
 *
 * @param message What is wrong; may quote the request, whose tokens are removed.
 * @param hints What to write or run next; one sentence each.
 */
export function adminError(
  code: AdminErrorCode,
  message: string,
  hints: readonly string[] = [],
  headers?: Readonly<Record<string, string>>,
): RouteAnswer {
  const members = { code, message: safe(message), hints: hints.map(safe) }
  return { ...jsonAnswer('warder.error/v1', members, ADMIN_STATUS[code]), ...(headers && { headers }) }
}

const safe = (text: string): string => withoutTokens(printable(text))
