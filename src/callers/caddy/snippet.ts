/** The Caddyfile that asks Warder: every line that is needed, and why it is needed. */
import { problemText, STATUS_TITLES } from '../../decision/problem.ts'
import { fieldsToRemoveAfter, identityFields } from '../field-names.ts'
import type { SnippetFacts } from '../proxy.ts'
import type { Site } from '../site-flags.ts'
import { askWarder } from './ask-warder.ts'
import { removedFields } from './removed-fields.ts'

export interface CaddySnippetOptions extends SnippetFacts, Site {
  /** Undefined: Caddy's own ports, with certificates that it gets by itself for the names of the site. */
  readonly listen: { readonly host?: string; readonly port: number } | undefined
}

export const LARGEST_HEAD_KIB = 128

/**
 * The text of a Caddyfile, or of a file that one imports. Needs Caddy 2.6 or later.
 *
 * @throws TypeError when an identity header has a name that cannot be written.
 */
export function caddySnippet(options: CaddySnippetOptions): string {
  const { upstream, listen, certificate } = options
  const identity = identityFields(options.identityNames)
  const later = fieldsToRemoveAfter(options)
  return `\
# A Caddyfile for Caddy 2.6 or later. https://caddyserver.com/docs/caddyfile

# Global options. If your Caddyfile has some, put the line there.
{
	servers {
		# The longest token that Warder can be set to accept, 64 KiB, and all other fields. By default, Caddy 2.11.7 answers
		# 431 above 16 KiB.
		max_header_size ${LARGEST_HEAD_KIB}KiB
	}
}

${siteAddresses(options)} {
${listen?.host === undefined ? '' : `\tbind ${listen.host}\n`}\
${certificate === undefined ? '' : `\ttls ${certificate.certFile} ${certificate.keyFile}\n`}\
	# \`route\` keeps the order of the lines. Without it, Caddy would delete headers after Warder had written them.
	# To guard only some paths, do not write matchers here, which ignore letter case: name the others in Warder's routes,
	# with \`access: public\`.
	route {
		# A WebSocket over HTTP/2 or HTTP/3 arrives as CONNECT, and the application would get a GET.
		@warder_connect method CONNECT
		respond @warder_connect 405

${removedFields(identity, later)}

${askWarder(options.decisions.map(toUpstream), identity)}
${later.map((name) => `\t\t# Warder has read the token in it; applications take it for another one.\n\t\trequest_header -${name}\n`).join('')}
		# No path after the address: the application gets the judged path, byte for byte. Nothing above or below may
		# change it between the question and here.
		reverse_proxy ${upstream} {
${upstream.startsWith('https:') ? '\t\t\t# The judged host; since 2.11, Caddy would write the name of the application.\n\t\t\theader_up Host {http.request.hostport}\n' : ''}\
			header_up X-Real-IP {http.request.remote.host}
		}
	}

	# Warder could not be reached, or something else answered in its place: nothing passes.
	handle_errors {
		@warder_absent vars warder asking
		header @warder_absent Content-Type application/problem+json
		header @warder_absent Cache-Control no-store
		header @warder_absent X-Decision-Reason proxy_error
		respond @warder_absent \`${PROXY_ERROR}\` 503
	}
}
`
}

const PROXY_ERROR = problemText({
  status: 503,
  title: STATUS_TITLES[503],
  code: 'proxy_error',
  decisionId: '',
}).trimEnd()

/** \`api.example.com\`: Caddy gets a certificate; \`http://\`: no TLS. */
function siteAddresses({ serverNames, listen, certificate }: CaddySnippetOptions): string {
  const port = listen === undefined ? '' : `:${listen.port}`
  if (serverNames.length === 0)
    return certificate === undefined
      ? `http://${port === '' ? ':80' : port}`
      : `https://${port === '' ? ':443' : port}`
  const scheme = certificate !== undefined ? 'https://' : listen === undefined ? '' : 'http://'
  return serverNames.map((name) => `${scheme}${name}${port}`).join(', ')
}

/** `unix:/run/w.sock` → `unix//run/w.sock`. */
const toUpstream = (address: string): string => address.replace(/^unix:/, 'unix/')
