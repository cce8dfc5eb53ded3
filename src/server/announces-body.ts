/** Bodies that are announced and never read. */

/**
 * Whether a request says that a body follows. Nobody here reads one, and it would swallow the next request on the
 * connection, somebody else's: the answer has to close it.
 */
export function announcesBody(headers: Headers): boolean {
  const length = headers.get('content-length')
  return (length !== null && length !== '0') || headers.has('transfer-encoding')
}
