/** The span of a question to an auth service. */
import type { ResponseHead } from '../../../http/messages/response-head.ts'
import type { ForwardAuthSettings } from '../../../settings/forward-auth/definition.ts'
import type { OpenSpan } from '../../../tracing/request-trace.ts'
import { addressAttributes } from '../../exchange/attempt-spans.ts'
import type { Verdict } from '../judge.ts'

/** @param verdict Undefined if the client left before it was known. A denial is no error. */
export function endAuthSpan(
  span: OpenSpan | undefined,
  { server }: ForwardAuthSettings,
  head: ResponseHead | undefined,
  verdict: Verdict | undefined,
): void {
  if (span === undefined) return
  const hasFailed = verdict?.kind === 'denied' && verdict.decision.reason === 'auth_service_failed'
  const error = hasFailed ? 'auth_service_failed' : undefined
  span.end(
    {
      'http.request.method': 'GET',
      ...addressAttributes(server.address),
      'http.response.status_code': head?.status,
      'error.type': error,
      'warder.outcome': verdict === undefined ? undefined : verdict.kind === 'allowed' ? 'allow' : 'deny',
    },
    error,
  )
}
