/** What a client sends, and neither Warder nor the application may get from it. */
import { FORWARDED_UPGRADE } from '../../request/upgrade.ts'
import { fieldsToRemove } from '../field-names.ts'

/** Every character that a name may have besides letters, digits and the hyphen (RFC 9110 §5.6.2). */
const OTHER_SIGNS = [..."_.!#$%&'*+^`|~"]

/** Caddy writes these for Warder and the application; a client's own must be gone before. */
const REWRITTEN = ['X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Proto', 'X-Real-IP']

/**
 * @param identity Names of the identity headers.
 * @param later Fields that are removed after the question.
 */
export const removedFields = (identity: readonly string[], later: readonly string[]): string => `\
		# X_Auth_Subject, X.Auth.Subject and every other such name: many applications read them as X-Auth-Subject.
${OTHER_SIGNS.map((sign) => remove(`"-*${sign}*"`)).join('\n')}
		# Identity, which only Warder writes.
${[...identity, 'X-Decision-Id'].map((name) => remove(`-${name}`)).join('\n')}
		# Caddy writes these itself, for Warder and for the application. If a proxy in front of this Caddy writes them, list
		# it in \`trusted_proxies\` of Caddy, and delete these lines, but only if no client can reach this Caddy without
		# going through that proxy.
${REWRITTEN.map((name) => remove(`-${name}`)).join('\n')}
		# In these fields, applications and frameworks look for another method, path, host, scheme or sender than the
		# judged one. Delete a line if a proxy in front of this Caddy writes the field, under the same condition.
${fieldsToRemove([...REWRITTEN, ...identity, ...later])
  .map((name) => remove(`-${name}`))
  .join('\n')}

		# WebSocket only, in any letter case. \`Upgrade: h2c\` would give the client a raw HTTP/2 connection to the
		# application. It could send any path and header over it, and Warder would see none of those requests.
		# \`Connection: X-Auth-Subject\` would remove what Warder wrote.
		@warder_no_websocket not header_regexp Upgrade (?i)^${FORWARDED_UPGRADE}$
		request_header @warder_no_websocket -Connection
		request_header @warder_no_websocket -Upgrade
		@warder_websocket header Upgrade *
		request_header @warder_websocket Connection Upgrade
		request_header @warder_websocket Upgrade ${FORWARDED_UPGRADE}`

const remove = (pattern: string): string => `\t\trequest_header ${pattern}`
