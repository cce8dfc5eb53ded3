/** The JSON body of a request to the admin listener. */
import type { z } from 'zod'
import { quoted } from '../printable.ts'
import { err, ok, type Result } from '../result.ts'
import { readJsonObject } from '../strict-json.ts'
import type { RouteAnswer } from './route-answer.ts'
import { adminError } from './admin-error.ts'
import type { AdminRoute } from './admin-route.ts'

/** Longest body, in bytes: a token and the header fields of a request are a tenth of it. */
export const MAX_ADMIN_BODY_BYTES = 65_536

const JSON_TYPE = /^application\/json(?:[ \t]*;[ \t]*charset="?utf-8"?)?$/i

/**
 * Refuses a body before any of it is read.
 *
 * @param type Content-Type; null if there is none.
 * @param bytes Announced length; undefined if it is not known yet.
 */
export function refuseBody(
  { method, path, body }: Pick<AdminRoute, 'method' | 'path' | 'body'>,
  type: string | null,
  bytes: number | undefined,
): RouteAnswer | undefined {
  if (method !== 'POST' || body === undefined)
    return adminError('ERR_ADMIN_BODY', `${method} ${path} takes no body`, ['send the request without one'])
  // A form of another site cannot send this type without asking first (CORS), and nothing here allows it.
  if (!JSON_TYPE.test(type ?? ''))
    return adminError('ERR_ADMIN_BODY_TYPE', 'the body must be JSON', [
      'send it with the header `Content-Type: application/json`',
    ])
  if (bytes !== undefined && bytes > MAX_ADMIN_BODY_BYTES) return bodyTooLarge()
  return undefined
}

export const bodyTooLarge = (): RouteAnswer =>
  adminError('ERR_ADMIN_BODY_TOO_LARGE', 'the body is longer than 64 KiB')

/** @param bytes Undefined: the request had no body. */
export function readAdminBody<T>(
  schema: z.ZodType<T>,
  bytes: Uint8Array | undefined,
): Result<T, RouteAnswer> {
  const read = bytes === undefined ? ok(undefined) : readJsonObject(bytes)
  if (!read.ok) return err(adminError('ERR_ADMIN_BODY', `the body cannot be used: ${read.error}`))
  const parsed = schema.safeParse(read.value)
  if (parsed.success) return ok(parsed.data)
  if (bytes === undefined) return err(adminError('ERR_ADMIN_BODY', 'the request needs a JSON body'))
  return err(
    adminError('ERR_ADMIN_BODY', 'the body does not fit', parsed.error.issues.slice(0, 10).map(toHint)),
  )
}

/** Where, and what was expected; never the value, which may be a token. */
function toHint(issue: z.core.$ZodIssue): string {
  const where = issue.path.map((key) => quoted(String(key))).join(' in ') || 'the body'
  if (issue.code === 'unrecognized_keys')
    return `unknown member ${issue.keys.slice(0, 3).map(quoted).join(', ')} in ${where}`
  return `${where}: ${issue.message}`
}
