/** The URL of a collector of spans. */
import { MASK, quoted } from '../../printable.ts'
import { ok, type Result } from '../../result.ts'
import { parseUrl } from '../../syntax/parse-url.ts'
import { refuse, type Problem } from '../problem.ts'

/** What the standard appends to the URL of a collector. */
const TRACES_PATH = '/v1/traces'

/** Without a path, that of traces is meant; a fragment would never be sent, and a user name belongs into a header. */
export function parseCollectorUrl(text: string): Result<string, Problem> {
  const url = parseUrl(text)
  const why = url === null ? 'it cannot be read' : whyNot(url, text)
  if (url === null || why !== undefined) {
    const shown = quoted(text.replace(/\?.+$/s, `?${MASK}`).replace(/^([a-z]+:\/\/)?.*@/is, `$1${MASK}@`))
    const hint = 'write http://127.0.0.1:4318, or https://collector.example.com/v1/traces'
    return refuse('ERR_CONFIG_URL', `${shown} is not the URL of a collector: ${why ?? ''}`, hint)
  }
  const hasPath = /^[a-z]+:\/\/[^/?#]+\/[^?]/i.test(text)
  if (hasPath) return ok(text)
  return ok(`${url.origin}${TRACES_PATH}${url.search}`)
}

function whyNot({ protocol, username, password }: URL, text: string): string | undefined {
  if (protocol !== 'http:' && protocol !== 'https:') return 'it needs http:// or https://'
  if (username !== '' || password !== '') return 'it has a user name; write an Authorization header'
  if (!/^[\x21-\x7e]+$/.test(text)) return 'it is not visible ASCII'
  return text.includes('#') ? 'it has a fragment, which is never sent' : undefined
}
