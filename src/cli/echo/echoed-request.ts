/**
 * A request as it arrived, read leniently: it refuses nothing, because it exists to show what a proxy lets through.
 * Nothing is decided by this reading.
 */
import { isForwardedUpgrade } from '../../request/upgrade.ts'
import type { BodyFraming } from '../../http/messages/framing.ts'

export interface EchoedHead {
  readonly method: string
  readonly target: string
  /** `HTTP/1.1`, or whatever stands there. */
  readonly version: string
  /** In order and as spelled; a line without a colon is a name without a value. */
  readonly fields: readonly (readonly [name: string, value: string])[]
}

export interface EchoedRequest extends EchoedHead {
  readonly bodyBytes: number
  /** Number of the connection, from 1. */
  readonly connection: number
  /** Number of the request on its connection, from 1. */
  readonly request: number
  /** Address of the peer; empty on a unix socket. */
  readonly from: string
}

/** @param text The bytes before the empty line, as latin1. */
export function readEchoedHead(text: string): EchoedHead {
  const [line = '', ...lines] = text.split('\r\n')
  const methodEnd = line.indexOf(' ')
  const targetEnd = line.lastIndexOf(' ')
  const fields = lines.map((field) => {
    const colon = field.indexOf(':')
    return colon < 0
      ? ([field, ''] as const)
      : ([field.slice(0, colon), field.slice(colon + 1).trim()] as const)
  })
  if (targetEnd <= methodEnd) return { method: line, target: '', version: '', fields }
  return {
    method: line.slice(0, methodEnd),
    target: line.slice(methodEnd + 1, targetEnd),
    version: line.slice(targetEnd + 1),
    fields,
  }
}

/** Values of a field, in order, in any letter case of its name. */
export const echoedValues = ({ fields }: Pick<EchoedHead, 'fields'>, lower: string): readonly string[] =>
  fields.filter(([name]) => name.toLowerCase() === lower).map(([, value]) => value)

/** Where the body ends; undefined if the head has several readings, so that the connection cannot go on. */
export function framingOfEchoed(head: EchoedHead): BodyFraming | undefined {
  const codings = echoedValues(head, 'transfer-encoding')
  const lengths = echoedValues(head, 'content-length')
  if (codings.length > 0) {
    const isPlain = codings.length === 1 && codings[0]?.toLowerCase() === 'chunked'
    return isPlain && lengths.length === 0 ? { kind: 'chunked' } : undefined
  }
  if (lengths.length === 0) return { kind: 'none' }
  const [length = ''] = lengths
  return lengths.length === 1 && /^\d{1,15}$/.test(length)
    ? { kind: 'length', bytes: Number(length) }
    : undefined
}

/** `Sec-WebSocket-Key` if the request asks for a WebSocket alone. */
export function webSocketKeyOf(head: EchoedHead): string | undefined {
  const upgrades = echoedValues(head, 'upgrade')
  if (head.method !== 'GET' || upgrades.length !== 1 || !isForwardedUpgrade(upgrades[0] ?? ''))
    return undefined
  return echoedValues(head, 'sec-websocket-key')[0]
}

/** Whether the client waits for 100 before it sends its body. */
export const expectsContinue = (head: EchoedHead): boolean =>
  echoedValues(head, 'expect').some((value) => value.toLowerCase() === '100-continue')

/** Whether the connection may carry another request. */
export const mayContinue = (head: EchoedHead): boolean =>
  head.version === 'HTTP/1.1' &&
  head.method !== 'CONNECT' &&
  !echoedValues(head, 'connection').some((value) => /(?:^|,)\s*close\s*(?:,|$)/i.test(value))
