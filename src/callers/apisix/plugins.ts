/** The plugins of APISIX that guard a route. */
import { fieldsToSend, identityFields } from '../field-names.ts'
import { forward } from '../forward/forward.ts'
import type { SnippetFacts } from '../proxy.ts'
import { removeFields } from './remove-fields.ts'

export const APISIX_KEEPS_SECONDS = 60
export const APISIX_TIMEOUT_MS = 3_000

/** What a client gets of a denial, besides status and body. */
const CLIENT_HEADERS = [
  'WWW-Authenticate',
  'Retry-After',
  'Cache-Control',
  'Content-Type',
  'X-Decision-Id',
  'X-Decision-Reason',
]

/** The members of `plugins`, indented by six. */
export function pluginsText(facts: SnippetFacts): string {
  const [decisions = ''] = facts.decisions
  const identity = identityFields(facts.identityNames)
  return `\
      # In these fields, applications and frameworks look for another method, path, host, scheme, sender or user than the
      # judged one. If a proxy in front of APISIX writes one of them and the application needs it, delete the name, but
      # only if no client can reach APISIX without going through that proxy.
      # Not proxy-rewrite: it would run after forward-auth, and give the application another path than the judged one.
      serverless-pre-function:
        phase: rewrite
        functions:
          - |
${removeFields(identity)
  .replaceAll(/^(?=.)/gm, '            ')
  .trimEnd()}
      forward-auth:
        uri: "http://${decisions}/v1/auth/${forward.name}"
        # Warder decides without the body.
        request_method: GET
        # The raw path, which the application gets too. APISIX itself would send a decoded one, which can be another path.
        extra_headers:
          X-Forwarded-Uri: "$real_request_uri"
        # What Warder reads of the client's request: APISIX sends no other field.
        request_headers: ${list(fieldsToSend(facts))}
        upstream_headers: ${list([...identity, 'X-Decision-Id'])}
        client_headers: ${list(CLIENT_HEADERS)}
        timeout: ${APISIX_TIMEOUT_MS}
        keepalive: true
        keepalive_timeout: ${APISIX_KEEPS_SECONDS * 1_000}
        keepalive_pool: 64
        # Without a decision, nothing passes.
        allow_degradation: false
        status_on_error: 503`
}

const list = (names: readonly string[]): string => `[${names.map((name) => JSON.stringify(name)).join(', ')}]`
