/** HTTP/1 messages byte by byte: the libraries would normalise what the tests look at. */

export interface HttpMessage {
  /** Request line or status line. */
  readonly startLine: string
  /** As they came: order, case and repetition kept. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

/** All values of a header, in order; any letter case. */
export const valuesOf = ({ headers }: HttpMessage, name: string): readonly string[] =>
  headers.filter(([found]) => found.toLowerCase() === name.toLowerCase()).map(([, value]) => value)

/**
 * Takes one message off the front of the bytes. Undefined: not all of it is there yet.
 *
 * @param hasBody False for the answer to HEAD, whose Content-Length announces nothing.
 * @param isEnded Whether the sender has closed, which ends a body without a length.
 */
export function takeMessage(
  bytes: Buffer,
  hasBody: boolean,
  isEnded: boolean,
): { readonly message: HttpMessage; readonly rest: Buffer } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const [startLine = '', ...lines] = bytes.subarray(0, headEnd).toString('latin1').split('\r\n')
  const headers = lines.map(
    (line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()] as const,
  )
  const head = { startLine, headers, body: '' }
  const after = bytes.subarray(headEnd + 4)
  if (!hasBody || /^HTTP\/1\.1 (?:1\d\d|204|304)/.test(startLine)) return { message: head, rest: after }
  const taken = takeBody(head, after, isEnded)
  return taken === undefined ? undefined : { message: { ...head, body: taken.body }, rest: taken.rest }
}

function takeBody(
  head: HttpMessage,
  after: Buffer,
  isEnded: boolean,
): { readonly body: string; readonly rest: Buffer } | undefined {
  if (valuesOf(head, 'transfer-encoding').includes('chunked')) return takeChunks(after)
  const [announced] = valuesOf(head, 'content-length')
  const isRequest = !head.startLine.startsWith('HTTP/')
  if (announced === undefined && !isRequest)
    return isEnded ? { body: after.toString('latin1'), rest: Buffer.alloc(0) } : undefined
  const length = Number(announced ?? 0)
  if (after.length < length) return undefined
  return { body: after.subarray(0, length).toString('latin1'), rest: after.subarray(length) }
}

function takeChunks(after: Buffer): { readonly body: string; readonly rest: Buffer } | undefined {
  let body = ''
  let rest = after
  for (;;) {
    const lineEnd = rest.indexOf('\r\n')
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(rest.subarray(0, lineEnd).toString('latin1'), 16)
    const end = lineEnd + 2 + size + 2
    if (rest.length < end) return undefined
    body += rest.subarray(lineEnd + 2, end - 2).toString('latin1')
    rest = rest.subarray(end)
    if (size === 0) return { body, rest }
  }
}
