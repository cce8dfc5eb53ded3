/** A call of Envoy's Check as a message of gRPC, as bytes. */

export interface CheckedRequest {
  readonly host: string
  readonly target: string
  readonly token: string
}

/** A field with bytes of its own: number, length, content (https://protobuf.dev/programming-guides/encoding/). */
function field(number: number, content: Buffer | string): Buffer {
  const bytes = Buffer.from(content)
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(bytes.length)]), bytes])
}

function varint(value: number): readonly number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)]
}

/** With the headers that Envoy sends by default: all of the client's, and the pseudo-headers. */
export function encodeCheck({ host, target, token }: CheckedRequest): Buffer {
  const headers = {
    ':authority': host,
    ':method': 'GET',
    ':path': target,
    ':scheme': 'https',
    accept: '*/*',
    authorization: `Bearer ${token}`,
    'user-agent': 'bench',
    'x-forwarded-proto': 'https',
    'x-request-id': '3f1c9a5e-52b1-4d3c-9a39-4f0f8d3a7c11',
  }
  const entries = Object.entries(headers).map(([name, value]) =>
    field(3, Buffer.concat([field(1, name), field(2, value)])),
  )
  const http = Buffer.concat([
    field(2, 'GET'),
    ...entries,
    field(4, target),
    field(5, host),
    field(6, 'https'),
    field(10, 'HTTP/1.1'),
  ])
  // CheckRequest.attributes.request.http
  const message = field(1, field(4, field(2, http)))
  const prefix = Buffer.alloc(5)
  prefix.writeUInt32BE(message.length, 1)
  return Buffer.concat([prefix, message])
}
