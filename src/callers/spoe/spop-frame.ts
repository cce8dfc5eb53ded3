/** The frames of SPOP 2.0: their heads, the handshake and the end (doc/SPOE.txt of HAProxy, 3.2). */
import { MalformedFrame, SpopReader, type SpopValue } from './spop-reader.ts'
import { spopNumberValue, spopText, spopTextValue } from './spop-writer.ts'

export const SPOP_TYPE = {
  hello: 1,
  disconnect: 2,
  notify: 3,
  agentHello: 101,
  agentDisconnect: 102,
  ack: 103,
} as const
/** Length before each frame. */
export const SPOP_PREFIX_BYTES = 4
/** The smallest `max-frame-size` that the protocol permits. */
const MIN_FRAME_BYTES = 256
/** Longest frame that Warder reads and writes; HAProxy's own bound is its `tune.bufsize`. */
export const MAX_FRAME_BYTES = 1024 ** 2

/** Codes of the protocol (3.5), and what Warder says with them. */
export const SPOP_STATUS = {
  normal: { code: 0, message: 'the connection ends' },
  late: { code: 2, message: 'the frame did not arrive in time' },
  tooBig: { code: 3, message: 'the frame is longer than max-frame-size' },
  invalid: { code: 4, message: 'invalid frame' },
  noVersion: { code: 5, message: 'the hello has no supported-versions' },
  noFrameSize: { code: 6, message: 'the hello has no max-frame-size' },
  noCapabilities: { code: 7, message: 'the hello has no capabilities' },
  badVersion: { code: 8, message: 'Warder speaks SPOP 2.0' },
  badFrameSize: { code: 9, message: 'max-frame-size is below 256' },
  fragmented: { code: 10, message: 'fragmented frames are not supported: raise tune.bufsize' },
} as const satisfies Readonly<Record<string, SpopStatus>>

/** Why a connection ends. */
export interface SpopStatus {
  readonly code: number
  readonly message: string
}

export interface SpopFrame {
  readonly type: number
  /** Stream and frame, as the bytes that an ACK repeats; one character for each byte. */
  readonly ids: string
  readonly payload: SpopReader
}

export interface SpopHello {
  /** The smaller one of both sides. */
  readonly maxFrameBytes: number
  /** Whether HAProxy sends further frames before the answer to one. */
  readonly isPipelining: boolean
  /** Whether it only wants to know that an agent is there. */
  readonly isHealthCheck: boolean
}

const FIN = 1
const FLAGS_BYTES = 4
/** Of a further fragment (before SPOP lost them). */
const UNSET_TYPE = 0

/** @param bytes A whole frame, without its length. @returns A status if the frame cannot be read. */
export function readSpopFrame(bytes: Buffer): SpopFrame | SpopStatus {
  if (bytes.length < 1 + FLAGS_BYTES) return SPOP_STATUS.invalid
  const type = bytes[0] as number
  // With ABORT, or with a bit that has no meaning yet, it is not what this reader knows.
  if (type === UNSET_TYPE || bytes.readUInt32BE(1) !== FIN) return SPOP_STATUS.fragmented
  return orInvalid(() => {
    const payload = new SpopReader(bytes, 1 + FLAGS_BYTES)
    payload.number()
    payload.number()
    return { type, ids: bytes.toString('latin1', 1 + FLAGS_BYTES, payload.at), payload }
  })
}

export const isSpopStatus = <T extends object>(read: T | SpopStatus): read is SpopStatus => 'code' in read

/** Runs a reader; malformed bytes are the status for invalid frames. */
function orInvalid<T>(read: () => T): T | SpopStatus {
  try {
    return read()
  } catch (fault) {
    if (fault instanceof MalformedFrame) return SPOP_STATUS.invalid
    throw fault
  }
}

export function readSpopHello(payload: SpopReader): SpopHello | SpopStatus {
  const items = orInvalid(() => readItems(payload))
  if (isSpopStatus(items)) return items
  const versions = items.get('supported-versions')
  if (versions?.kind !== 'text') return SPOP_STATUS.noVersion
  if (!wordsOf(versions.value).some((version) => version.startsWith('2.'))) return SPOP_STATUS.badVersion
  const size = items.get('max-frame-size')
  if (size?.kind !== 'number') return SPOP_STATUS.noFrameSize
  if (size.value < MIN_FRAME_BYTES) return SPOP_STATUS.badFrameSize
  const capabilities = items.get('capabilities')
  if (capabilities?.kind !== 'text') return SPOP_STATUS.noCapabilities
  const check = items.get('healthcheck')
  return {
    maxFrameBytes: Math.min(size.value, MAX_FRAME_BYTES),
    isPipelining: wordsOf(capabilities.value).includes('pipelining'),
    isHealthCheck: check?.kind === 'boolean' && check.value,
  }
}

const wordsOf = (list: string): readonly string[] => list.split(',').map((word) => word.trim())

function readItems(payload: SpopReader): ReadonlyMap<string, SpopValue> {
  const items = new Map<string, SpopValue>()
  while (!payload.isAtEnd) {
    const name = payload.text()
    if (items.has(name)) throw new MalformedFrame('an item twice')
    items.set(name, payload.value())
  }
  return items
}

const frame = (type: number, ids: string, payload: string): string => {
  const text = `${String.fromCharCode(type)}\0\0\0\x01${ids}${payload}`
  const length = text.length
  return (
    String.fromCharCode(length >>> 24, (length >>> 16) & 0xff, (length >>> 8) & 0xff, length & 0xff) + text
  )
}
const item = (name: string, value: string): string => spopText(name) + value
const NO_IDS = '\0\0'

/** Frames as they are sent, with their length; one character for each byte. */
export const agentHelloFrame = ({ maxFrameBytes, isPipelining }: SpopHello): string =>
  frame(
    SPOP_TYPE.agentHello,
    NO_IDS,
    item('version', spopTextValue('2.0')) +
      item('max-frame-size', spopNumberValue(maxFrameBytes)) +
      item('capabilities', spopTextValue(isPipelining ? 'pipelining' : '')),
  )

export const disconnectFrame = ({ code, message }: SpopStatus): string =>
  frame(
    SPOP_TYPE.agentDisconnect,
    NO_IDS,
    item('status-code', spopNumberValue(code)) + item('message', spopTextValue(message)),
  )

/** @param ids Of the frame that is answered. @param actions See `ack-actions.ts`. */
export const ackFrame = (ids: string, actions: string): string => frame(SPOP_TYPE.ack, ids, actions)
