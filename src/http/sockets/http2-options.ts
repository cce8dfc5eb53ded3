/** What the runtime's HTTP/2 is told about the bounds of a connection. */
import type { ServerOptions } from 'node:http2'
import { MAX_HEAD_BYTES } from '../messages/header-fields.ts'

/** Most requests that a client may have under way on one connection of HTTP/2. */
const MAX_STREAMS = 100

/** For clients. Against requests that are reset at once, the runtime closes a connection after a thousand of them. */
export const HTTP2_SERVER: ServerOptions = {
  settings: { maxConcurrentStreams: MAX_STREAMS, maxHeaderListSize: MAX_HEAD_BYTES, enablePush: false },
  // Which fields may be repeated is checked here.
  strictSingleValueFields: false,
}
