/** How large a request head may be. */
import http from 'node:http'

// 64 KiB of token and the rest of the head. The runtime's default of 16 KiB answers 431, which nginx makes a 500.
const MAX_HEAD_BYTES = 98_304

/** Raises the runtime's limit for all listeners of this process. */
export function raiseHeadLimit(): void {
  // Writable on Bun, where it is the listeners' limit; the types follow Node.
  Object.assign(http, { maxHeaderSize: MAX_HEAD_BYTES })
}
