/**
 * Messages of `envoy.service.auth.v3`, written and read by the tests' own code: what is compared with itself proves
 * nothing. test/live/envoy-check.test.ts has Envoy's definitions.
 */

/** Number of a field, and its content: text, bytes, a whole number, or a message. */
export type Field = readonly [number: number, content: string | Uint8Array | number | readonly Field[]]

export function encode(fields: readonly Field[]): Buffer {
  return Buffer.concat(
    fields.map(([number, content]) => {
      if (typeof content === 'number') return Buffer.from([...varint(number << 3), ...varint(content)])
      const bytes =
        typeof content === 'string'
          ? Buffer.from(content, 'utf8')
          : content instanceof Uint8Array
            ? Buffer.from(content)
            : encode(content)
      return Buffer.concat([Buffer.from([...varint((number << 3) | 2), ...varint(bytes.length)]), bytes])
    }),
  )
}

function varint(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 0x80))]
}

export interface CheckText {
  readonly method?: string
  readonly path?: string
  readonly host?: string
  readonly scheme?: string
  /** Of the map; a name may stand there twice. */
  readonly headers?: readonly (readonly [string, string])[]
  /** Of `header_map`, with bytes as values. */
  readonly rawHeaders?: readonly (readonly [string, string])[]
  readonly extensions?: readonly (readonly [string, string])[]
  readonly clientAddress?: string
  /** Without `attributes.request.http`. */
  readonly hasNoHttp?: true
}

const pairs = (number: number, entries: CheckText['headers'] = []): readonly Field[] =>
  entries.map(([key, value]) => [
    number,
    [
      [1, key],
      [2, value],
    ],
  ])

/** As Envoy would send it, with the fields that Warder passes over. */
export function checkRequest(text: CheckText): Buffer {
  const { method = 'GET', path = '/orders/1', host = 'api.example.com', scheme = 'https' } = text
  const rawHeaders: readonly Field[] = (text.rawHeaders ?? []).map(([key, value]) => [
    1,
    [
      [1, key],
      [3, Buffer.from(value, 'latin1')],
    ],
  ])
  const http: readonly Field[] = [
    [1, '1234567890'],
    [2, method],
    ...pairs(3, text.headers),
    [4, path],
    [5, host],
    [6, scheme],
    [9, 0],
    [10, 'HTTP/1.1'],
    ...(rawHeaders.length === 0 ? [] : ([[13, rawHeaders]] as const)),
  ]
  const request: readonly Field[] = [
    [1, [[1, 1_790_000_000]]],
    ...(text.hasNoHttp ? [] : ([[2, http]] as const)),
  ]
  const source: readonly Field[] = [
    [
      1,
      [
        [
          1,
          [
            [2, text.clientAddress ?? '192.0.2.7'],
            [3, 54_321],
          ],
        ],
      ],
    ],
  ]
  return encode([[1, [[1, source], [4, request], ...pairs(10, text.extensions)]]])
}

/** A field of a message as it arrived. */
interface Arrived {
  readonly number: number
  readonly value: number | Buffer
}

function fieldsOf(bytes: Buffer): readonly Arrived[] {
  const found: Arrived[] = []
  let at = 0
  const number = (): number => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
  }
  while (at < bytes.length) {
    const tag = number()
    const value = number()
    if ((tag & 7) === 0) found.push({ number: tag >>> 3, value })
    else {
      found.push({ number: tag >>> 3, value: bytes.subarray(at, at + value) })
      at += value
    }
  }
  if (at !== bytes.length) throw new Error('the message is cut short')
  return found
}

const all = (bytes: Buffer | undefined, number: number): readonly Buffer[] =>
  bytes === undefined
    ? []
    : fieldsOf(bytes).flatMap((field) =>
        field.number === number && Buffer.isBuffer(field.value) ? [field.value] : [],
      )
const numberOf = (bytes: Buffer | undefined, number: number): number | undefined => {
  const found =
    bytes === undefined ? undefined : fieldsOf(bytes).find((field) => field.number === number)?.value
  return typeof found === 'number' ? found : undefined
}
const textOf = (bytes: Buffer | undefined, number: number): string =>
  all(bytes, number)[0]?.toString('utf8') ?? ''

export interface CheckAnswerText {
  /** Undefined if the message has none, which callers read as 0: an allow. */
  readonly code: number | undefined
  readonly message: string
  readonly denied?: {
    readonly status: number | undefined
    readonly headers: readonly string[]
    readonly body: string
  }
  readonly ok?: { readonly headers: readonly string[]; readonly remove: readonly string[] }
  readonly metadata: unknown
}

/** A CheckResponse as readable data. `name: value (2)` has the append action in brackets. */
export function readCheckResponse(bytes: Buffer): CheckAnswerText {
  const [status] = all(bytes, 1)
  const [denied] = all(bytes, 2)
  const [ok] = all(bytes, 3)
  return {
    code: numberOf(status, 1),
    message: textOf(status, 2),
    ...(denied && {
      denied: {
        status: numberOf(all(denied, 1)[0], 1),
        headers: all(denied, 2).map(headerText),
        body: textOf(denied, 3),
      },
    }),
    ...(ok && { ok: { headers: all(ok, 2).map(headerText), remove: all(ok, 5).map(String) } }),
    metadata: structOf(all(bytes, 4)[0]),
  }
}

const headerText = (option: Buffer): string => {
  const [header] = all(option, 1)
  return `${textOf(header, 1)}: ${textOf(header, 2)} (${numberOf(option, 3)})`
}

const structOf = (bytes: Buffer | undefined): unknown =>
  Object.fromEntries(all(bytes, 1).map((entry) => [textOf(entry, 1), valueOf(all(entry, 2)[0])]))

const valueOf = (bytes: Buffer | undefined): unknown => {
  const [nested] = all(bytes, 5)
  return nested === undefined ? textOf(bytes, 3) : structOf(nested)
}
