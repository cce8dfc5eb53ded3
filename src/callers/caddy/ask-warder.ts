/** The question to Warder, and what follows from its answer. */
import { forward } from '../forward/forward.ts'

/** Shorter than Warder keeps an idle connection. */
export const CADDY_KEEPS_SECONDS = 60

/**
 * @param upstreams Warders, as Caddy names them.
 * @param identity Names of the identity headers.
 */
export const askWarder = (upstreams: readonly string[], identity: readonly string[]): string => `\
		# \`forward_auth\`, spelled out. Its \`copy_headers\` writes the name of a variable into a header that is absent
		# (before 2.11.2), and it takes every 2xx of any program for an allow.
		vars warder asking
		reverse_proxy ${upstreams.join(' ')} {
			method GET
			# The \`?\` at the end: without it, Caddy appends the client's query.
			rewrite /v1/auth/${forward.name}?
			# The request to judge is the one that the application gets. Caddy itself adds X-Forwarded-For, -Host and -Proto.
			header_up X-Forwarded-Method {http.request.method}
			header_up X-Forwarded-Uri {http.request.uri}
			# The question is no handshake.
			header_up -Connection
			header_up -Upgrade
			transport http {
				# A decision takes less than a millisecond, and at most \`first_fetch_wait\` (1s) while keys are fetched.
				dial_timeout 1s
				response_header_timeout 3s
				keepalive ${CADDY_KEEPS_SECONDS}s
				keepalive_idle_conns_per_host 128
				compression off
			}
${
  upstreams.length > 1
    ? `\
			# A restarting Warder is down for less than a second; the question goes to the next one. Without fail_duration,
			# Caddy would ask the first one again, and nothing would pass while it is down.
			lb_policy first
			lb_try_duration 2s
			lb_try_interval 20ms
			fail_duration 1s
`
    : ''
}\
			# Only Warder's 200 is an allow, not that of another program at its address.
			@warder_allows {
				status 200
				header X-Decision-Id *
			}
			handle_response @warder_allows {
				vars warder allowed
				request_header X-Decision-Id {http.reverse_proxy.header.X-Decision-Id}
${identity.map(copy).join('')}\
			}
			# A denial reaches the client as it is.
			@warder_denies {
				status 401 403 503
				header X-Decision-Reason *
			}
			handle_response @warder_denies {
				copy_response
			}
			handle_response {
				error "not an answer of Warder" 503
			}
		}`

/** Before 2.11.2, a variable without a value stands for its own name. */
const copy = (name: string, index: number): string => `\
				@warder_identity_${index} not vars_regexp {http.reverse_proxy.header.${name}} "^(\\{http\\.reverse_proxy\\.header\\.${name}\\})?$"
				request_header @warder_identity_${index} ${name} {http.reverse_proxy.header.${name}}
`
