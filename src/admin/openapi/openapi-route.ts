/** `GET /openapi.json`. */
import { z } from 'zod'
import { adminRoute, type AdminRoute } from '../admin-route.ts'
import type { RouteAnswer } from '../route-answer.ts'
import { jsonForm } from '../shapes.ts'
import { openapiDocument } from './openapi-document.ts'

/** Its own shape is that of the standard. */
const DOCUMENT = z.looseObject({ openapi: z.literal('3.1.0') })

/**
 * @param routes Returns the whole table, this route included.
 * @param version Of Warder.
 */
export function openapiRoute(routes: () => readonly AdminRoute[], version: string): AdminRoute {
  // Made at the first request, and once: no start waits for it.
  let answer: RouteAnswer | undefined
  return adminRoute({
    method: 'GET',
    path: '/openapi.json',
    right: 'none',
    doc: 'The description of this API, as OpenAPI 3.1.',
    answers: { 200: jsonForm('The document.', DOCUMENT) },
    handle: () =>
      (answer ??= {
        status: 200,
        contentType: 'application/json;charset=utf-8',
        body: JSON.stringify(openapiDocument(routes(), version)),
      }),
  })
}
