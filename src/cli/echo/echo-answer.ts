/** What `warder echo` answers: the request as text or as JSON, without its credentials. */
import { createHash } from 'node:crypto'
import { MASK, printable, printableJson } from '../../printable.ts'
import { withoutTokens } from '../../without-tokens.ts'
import { closeFrame } from '../../http/messages/websocket-frames.ts'
import { echoedValues, type EchoedRequest } from './echoed-request.ts'

/** By this field, `warder doctor` knows that an answer is the echo's. */
export const ECHO_FIELD = 'X-Warder-Echo'

/** The answer as bytes. @param isLast The connection ends with it. */
export function echoAnswer(request: EchoedRequest, isLast: boolean): Buffer {
  const isJson = echoedValues(request, 'accept').some((value) => value.toLowerCase().includes('json'))
  const body = Buffer.from(isJson ? echoJson(request) : echoText(request))
  // A 2xx to CONNECT would make a tunnel of the connection (RFC 9110 §9.3.6).
  const status = request.method === 'CONNECT' ? '405 Method Not Allowed' : '200 OK'
  const head = [
    `HTTP/1.1 ${status}`,
    `${ECHO_FIELD}: 1`,
    `Content-Type: ${isJson ? 'application/json' : 'text/plain; charset=utf-8'}`,
    'X-Content-Type-Options: nosniff',
    'Cache-Control: no-store',
    `Content-Length: ${body.length}`,
    ...(isLast ? ['Connection: close'] : []),
  ]
  const bytes = Buffer.from(`${head.join('\r\n')}\r\n\r\n`)
  return request.method === 'HEAD' ? bytes : Buffer.concat([bytes, body])
}

/** RFC 6455 §1.3. */
const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** Accepts the handshake, sends the request as one message of JSON, and closes (RFC 6455 §4.2.2). */
export function webSocketAnswer(request: EchoedRequest, key: string): Buffer {
  const accept = createHash('sha1').update(`${key}${WEBSOCKET_GUID}`).digest('base64')
  const head =
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    `Sec-WebSocket-Accept: ${accept}\r\n${ECHO_FIELD}: 1\r\n\r\n`
  return Buffer.concat([Buffer.from(head), textFrame(echoJson(request)), closeFrame(1000, '')])
}

/** One message of a server, which is not masked; RFC 6455 §5.2. */
function textFrame(text: string): Buffer {
  const content = Buffer.from(text)
  const head = Buffer.alloc(10)
  head[0] = 0x81
  head[1] = 127
  head.writeBigUInt64BE(BigInt(content.length), 2)
  if (content.length > 0xffff) return Buffer.concat([head, content])
  if (content.length < 126) return Buffer.concat([Buffer.from([0x81, content.length]), content])
  head[1] = 126
  head.writeUInt16BE(content.length, 2)
  return Buffer.concat([head.subarray(0, 4), content])
}

function echoJson(request: EchoedRequest): string {
  const { method, target, version, bodyBytes, connection, from } = request
  const members = {
    schema: 'warder.echo/v1',
    method,
    target: withoutTokens(target),
    version,
    fields: shownFields(request),
    body_bytes: bodyBytes,
    connection,
    request: request.request,
    from,
  }
  return `${printableJson(JSON.stringify(members, null, 2))}\n`
}

function echoText(request: EchoedRequest): string {
  const { method, target, version, bodyBytes, connection, from } = request
  const lines = [
    `${method} ${withoutTokens(target)} ${version}`,
    ...shownFields(request).map(([name, value]) => `${name}: ${value}`),
    '',
    `body of ${bodyBytes} bytes; request ${request.request} on connection ${connection}${from === '' ? '' : `, from ${from}`}`,
  ]
  return `${lines.map(printable).join('\n')}\n`
}

const shownFields = ({ fields }: EchoedRequest): readonly (readonly [string, string])[] =>
  fields.map(([name, value]) => [name, maskCredentials(name, value)])

/** The scheme and the names of cookies stay: whether credentials arrive is what operators look for. */
function maskCredentials(name: string, value: string): string {
  // In every spelling that an application may read.
  const folded = name.toLowerCase().replaceAll(/[_.]/g, '-')
  if (folded.endsWith('authorization')) return value.replace(/^(\S+\s+)?.*$/, `$1${MASK}`)
  if (folded === 'cookie') return value.replaceAll(/(^|;\s*)([^=;]*=)?[^;]*/g, `$1$2${MASK}`)
  return withoutTokens(value)
}
