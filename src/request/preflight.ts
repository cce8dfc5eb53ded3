/** CORS preflights (https://fetch.spec.whatwg.org/#cors-preflight-fetch). */
import type { AuthzRequest } from './authz-request.ts'
import { isMethod } from './method.ts'

/**
 * The method that a preflight announces; undefined if the request is not a real one. Browsers send preflights without
 * credentials, with one `Origin` and one method; a request with more is none.
 */
export function announcedMethod({ method, headers }: AuthzRequest): string | undefined {
  if (method !== 'OPTIONS') return undefined
  const announced = headers.get('access-control-request-method')
  if (announced === null || !isMethod(announced)) return undefined
  const origin = headers.get('origin')
  // Repeated ones are joined with `, `.
  if (origin === null || origin === '' || /[ ,]/.test(origin)) return undefined
  const hasCredentials = headers.get('authorization') !== null || headers.get('cookie') !== null
  return hasCredentials ? undefined : announced
}
