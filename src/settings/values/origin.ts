/** Origins of web pages (RFC 6454 §6.2), and patterns of them. */
import { parseHost } from '../../syntax/parse-host.ts'
import { ok, type Result } from '../../result.ts'
import { refuse, type Problem } from '../problem.ts'
import { quoted } from '../../printable.ts'

const ORIGIN = /^(https?):\/\/(\*\.)?([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?$/
const DEFAULT_PORT: Readonly<Record<string, string>> = { http: '80', https: '443' }

/** Exactly as browsers write it, because it is compared as text: lower case, no path, no default port. */
export function parseOrigin(text: string): Result<string, Problem> {
  if (text === '*') return ok(text)
  const [, scheme = '', , host = '', port] = ORIGIN.exec(text) ?? []
  if (host === '' || parseHost(host) === undefined) {
    const hint =
      text === 'null'
        ? '`null` is the origin of every sandboxed or local page'
        : 'write scheme and host in lower case, without a path: https://app.example.com'
    return wrong(text, hint)
  }
  if (port !== undefined && port === DEFAULT_PORT[scheme])
    return wrong(text, `remove \`:${port}\`: browsers do not send the default port`)
  return ok(text)
}

const wrong = (text: string, hint: string): Result<never, Problem> =>
  refuse('ERR_CONFIG_VALUE', `${quoted(text)} is not an origin`, hint)
