import { describe, expect, it } from 'bun:test'
import type { Question } from '../../src/decision/decide.ts'
import type { Decision } from '../../src/decision/decision.ts'
import type { FoundRoute } from '../../src/decision/find-route.ts'
import { createAdmit, type Admission, type AdmissionRules } from '../../src/gateway/admission.ts'
import { readClientRequest } from '../../src/gateway/client/client-request.ts'
import { compileCors } from '../../src/gateway/cors.ts'
import type { Destination } from '../../src/gateway/destination.ts'
import { parseRequestHead } from '../../src/http/messages/request-head.ts'
import type { Route } from '../../src/policy/compile-routes.ts'
import { ok } from '../../src/result.ts'

const ALLOW: Decision = {
  id: 'core',
  route: 'r',
  policy: undefined,
  issuer: undefined,
  outcome: 'allow',
  reason: 'public',
  identity: [],
}
const CORS = compileCors({
  origins: ['https://app.example'],
  methods: ['DELETE'],
  headers: [],
  expose: [],
  credentials: false,
  maxAgeMs: 0,
})
const PREFLIGHT = ['Origin: https://app.example', 'Access-Control-Request-Method: DELETE']

interface Admitted {
  readonly admission: Admission | undefined
  /** Methods by which a route was looked for. */
  readonly lookedFor: readonly string[]
  readonly found: FoundRoute
  readonly asked: readonly Question[]
}

/** Admits one request by a route that every method meets. */
function admit(
  rules: Partial<AdmissionRules>,
  destination: Partial<Destination>,
  method = 'GET',
  fields: readonly string[] = [],
): Admitted {
  const found: FoundRoute = ok({ name: 'r', access: { kind: 'deny' } } as Route)
  const lookedFor: string[] = []
  const asked: Question[] = []
  const limits = { before: () => undefined, after: () => undefined }
  const head = parseRequestHead([`${method} / HTTP/1.1`, 'Host: a.example', ...fields].join('\r\n'))
  if (!head.ok) throw new Error(head.error.detail)
  let admission: Admission | undefined
  createAdmit({
    findRoute: (request) => {
      lookedFor.push(request.method)
      return found
    },
    decide: (question) => {
      asked.push(question)
      return ALLOW
    },
    newId: () => 'own',
    identityCount: 0,
    routes: new Map([['r', { destination: destination as Destination, limits }]]),
    unrouted: { destination: undefined, limits: undefined },
    hasCors: destination.cors !== undefined,
    redirectPort: undefined,
    ...rules,
  })(
    readClientRequest(head.value, '192.0.2.1', 'http', () => false),
    (settled) => (admission = settled),
  )
  return { admission, lookedFor, found, asked }
}

describe('the route of a request', () => {
  it('is found once, and the core judges by it', () => {
    const { admission, lookedFor, found, asked } = admit({}, { cors: CORS })
    expect(lookedFor).toEqual(['GET'])
    expect(asked.map((question) => question.found)).toEqual([found])
    expect(asked[0]?.found).toBe(found)
    expect(admission).toMatchObject({ id: 'core', answer: undefined })
  })

  it('is found once for a redirect, without a decision', () => {
    const { admission, lookedFor, asked } = admit({ redirectPort: 443 }, {})
    expect([lookedFor, asked]).toEqual([['GET'], []])
    expect(admission?.answer).toMatchObject({ status: 308, headers: { Location: 'https://a.example/' } })
  })

  it('has judges that are asked without the core', () => {
    const judge = {
      ask: (_: unknown, settled: (verdict: { kind: 'allowed' }) => void) => (
        settled({ kind: 'allowed' }),
        () => {}
      ),
    }
    const judges = {
      inOrder: [judge],
      inputs: [],
      replacedHeaders: new Set<string>(),
      isMappedParameter: () => false,
    }
    const { admission, lookedFor, asked } = admit({}, { judges })
    expect([lookedFor, asked]).toEqual([['GET'], []])
    expect(admission?.judgement?.decision).toMatchObject({
      id: 'own',
      route: 'r',
      outcome: 'allow',
      reason: 'ok',
    })
  })

  it('is also found for the method that a preflight asks about', () => {
    const { admission, lookedFor, asked } = admit({}, { cors: CORS }, 'OPTIONS', PREFLIGHT)
    expect([lookedFor, asked]).toEqual([['OPTIONS', 'DELETE'], []])
    expect(admission?.answer).toMatchObject({ status: 204 })
  })

  it('is not looked for twice if no route answers a preflight', () => {
    const { lookedFor, asked } = admit({}, {}, 'OPTIONS', PREFLIGHT)
    expect([lookedFor, asked.length]).toEqual([['OPTIONS'], 1])
  })

  it('is its own without an `Origin`, whatever method the request asks about', () => {
    const { lookedFor, asked } = admit({}, { cors: CORS }, 'OPTIONS', PREFLIGHT.slice(1))
    expect([lookedFor, asked.length]).toEqual([['OPTIONS'], 1])
  })
})
