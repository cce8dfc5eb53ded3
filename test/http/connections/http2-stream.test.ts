import { describe, expect, it } from 'bun:test'
import { EventEmitter } from 'node:events'
import type { ServerHttp2Stream } from 'node:http2'
import type { Expiring } from '../../../src/http/deadlines.ts'
import { Http2Stream } from '../../../src/http/connections/http2-stream.ts'
import { UNCHARGED } from '../../../src/http/held-account.ts'
import { parseRequestHead } from '../../../src/http/messages/request-head.ts'

/** A stream whose client has taken nothing yet. */
class UnreadStream extends EventEmitter {
  destroyed = false
  readonly writableFinished = false
  destroy(): void {
    this.destroyed = true
    this.emit('close')
  }
}

function releaseUnread() {
  const head = parseRequestHead('GET / HTTP/1.1\r\nHost: a')
  if (!head.ok) throw new Error(head.error.detail)
  const items = new Set<Expiring>()
  const deadlines = {
    add: (item: Expiring) => void items.add(item),
    remove: (item: Expiring) => void items.delete(item),
    close() {},
  }
  const stream = new UnreadStream()
  let ends = 0
  const client = new Http2Stream(
    stream as unknown as ServerHttp2Stream,
    head.value,
    '',
    { deadlines, held: UNCHARGED },
    () => {
      ends += 1
    },
  )
  client.release()
  return { stream, items, ends: () => ends }
}

describe('an HTTP/2 stream with a whole answer', () => {
  it('is under way until the client has read it', () => {
    const { stream, items, ends } = releaseUnread()
    expect(ends()).toBe(0)
    stream.destroy()
    expect([ends(), items.size]).toEqual([1, 0])
  })

  // Else 99 streams of a connection could each keep an answer for as long as the last one asks now and then.
  it('is given up when the client never reads it, whatever its other streams do', () => {
    const { stream, items, ends } = releaseUnread()
    const [unread] = items
    expect(unread?.deadlineMs).toBeFinite()
    unread?.onDeadline()
    expect([stream.destroyed, ends(), items.size]).toEqual([true, 1, 0])
  })
})
