/** The OpenAPI document of the admin API, made of its table of routes. */
import { z } from 'zod'
import { ADMIN_STATUS } from '../admin-error.ts'
import type { AdminRight, AdminRoute, AnswerForm } from '../admin-route.ts'
import { ERROR_ANSWER } from '../shapes.ts'

type Json = Readonly<Record<string, unknown>>

/** @see OpenAPI 3.1.0, whose schemas are those of JSON Schema 2020-12. */
export const openapiDocument = (routes: readonly AdminRoute[], version: string): Json => ({
  openapi: '3.1.0',
  info: {
    title: 'Warder admin API',
    version,
    description:
      'What a running Warder knows about itself. Paths and parameters may be added; what is here stays.',
  },
  paths: pathsOf(routes),
  components: {
    schemas: { Error: schemaOf(ERROR_ANSWER, 'output') },
    responses: {
      Error: {
        description: 'The code, what is wrong, and what to do; docs/errors.md lists the codes.',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
    securitySchemes: {
      token: { type: 'http', scheme: 'bearer', description: 'A token of `admin.tokens`.' },
      certificate: { type: 'mutualTLS', description: 'With `admin.client_certificates`.' },
    },
  },
})

function pathsOf(routes: readonly AdminRoute[]): Json {
  const paths: Record<string, Record<string, Json>> = {}
  for (const route of routes) (paths[route.path] ??= {})[route.method.toLowerCase()] = operationOf(route)
  return paths
}

function operationOf(route: AdminRoute): Json {
  const { path, doc, right, query = {}, body, answers } = route
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const inQuery = Object.entries(query).map(([name, { doc: description, schema, right: needed }]) => ({
    name,
    in: 'query',
    description: needed === undefined ? description : `${description} It needs the right \`${needed}\`.`,
    schema: schema === undefined ? { type: 'string' } : schemaOf(schema, 'input'),
  }))
  return {
    summary: doc,
    'x-right': right,
    // Everybody may do what needs no right; on loopback without tokens, everything.
    security: right === 'none' ? [] : [{ token: [] }, { certificate: [] }, {}],
    parameters: [...inPath, ...inQuery],
    ...(body !== undefined && {
      requestBody: {
        required: !body.safeParse(undefined).success,
        content: { 'application/json': { schema: schemaOf(body, 'input') } },
      },
    }),
    responses: { ...answersOf(answers), ...errorsOf(route, right) },
  }
}

const answersOf = (answers: Readonly<Record<number, AnswerForm>>): Json =>
  Object.fromEntries(
    Object.entries(answers).map(([status, { doc, contentType, schema }]) => [
      status,
      {
        description: doc,
        content: {
          [contentType]: { schema: schema === undefined ? { type: 'string' } : schemaOf(schema, 'output') },
        },
      },
    ]),
  )

/** Errors that every route may answer, or every route like this one. */
function errorsOf({ body, answers }: AdminRoute, right: AdminRight): Json {
  const statuses = new Set<number>(Object.values(ADMIN_STATUS))
  if (body === undefined) for (const status of [413, 415]) statuses.delete(status)
  if (right === 'none') for (const status of [401, 429]) statuses.delete(status)
  const error = { $ref: '#/components/responses/Error' }
  return Object.fromEntries(
    [...statuses].filter((status) => answers[status] === undefined).map((status) => [status, error]),
  )
}

/** Without the name of its dialect, which is that of the document. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    reused: 'inline',
  })
  return rest
}
