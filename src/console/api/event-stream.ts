/** Server-sent events, as text that arrives in pieces. The browser’s own reader cannot send a token. */

export interface StreamEvent {
  /** `message` if the server names none. */
  readonly name: string
  readonly data: string
}

/** Longest unfinished event, in characters: the server's are far shorter. */
const MAX_PENDING = 1_000_000

/**
 * Returns a function that takes the next piece of text, and returns the events that it completes.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export function createEventReader(): (piece: string) => readonly StreamEvent[] {
  let pending = ''
  return (piece) => {
    pending += piece
    const blocks = pending.split(/\r?\n\r?\n/)
    pending = blocks.pop() ?? ''
    if (pending.length > MAX_PENDING) throw new Error('an event of the server is too long')
    return blocks.flatMap(readEvent)
  }
}

function readEvent(block: string): readonly StreamEvent[] {
  let name = 'message'
  const data: string[] = []
  for (const line of block.split(/\r?\n/)) {
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
    if (field === 'event') name = value
    if (field === 'data') data.push(value)
  }
  // A comment keeps the connection alive.
  return data.length === 0 ? [] : [{ name, data: data.join('\n') }]
}
