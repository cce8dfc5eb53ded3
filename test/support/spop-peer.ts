/** HAProxy's side of SPOP for tests, written on its own from doc/SPOE.txt: it shares no code with Warder's. */
import { connect, type Socket } from 'node:net'
import type { Cleanup } from './live/cleanup.ts'

export function varint(value: number): Buffer {
  if (value < 240) return Buffer.from([value])
  const bytes = [(value % 16) + 240]
  let rest = Math.floor((value - 240) / 16)
  while (rest >= 128) {
    bytes.push((rest % 128) + 128)
    rest = Math.floor((rest - 128) / 128)
  }
  return Buffer.from([...bytes, rest])
}

export const text = (value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value as string)
  return Buffer.concat([varint(bytes.length), bytes])
}
const typed = (type: number, ...parts: readonly Buffer[]): Buffer =>
  Buffer.concat([Buffer.from([type]), ...parts])

/** Typed values. */
export const VALUE = {
  none: typed(0),
  isTrue: typed(0x11),
  isFalse: typed(1),
  number: (value: number): Buffer => typed(3, varint(value)),
  ipv4: (...bytes: readonly number[]): Buffer => typed(6, Buffer.from(bytes)),
  ipv6: (hex: string): Buffer => typed(7, Buffer.from(hex, 'hex')),
  text: (value: string): Buffer => typed(8, text(value)),
  bytes: (value: Buffer): Buffer => typed(9, text(value)),
}

export const items = (all: Readonly<Record<string, Buffer>>): Buffer =>
  Buffer.concat(Object.entries(all).flatMap(([name, value]) => [text(name), value]))

export interface FrameParts {
  readonly type: number
  readonly flags?: number
  readonly stream?: number
  readonly frame?: number
  readonly payload: Buffer
  /** Default: that of the frame. */
  readonly length?: number
}

/** A frame with its length. */
export function frame({ type, flags = 1, stream = 0, frame: id = 0, payload, length }: FrameParts): Buffer {
  const head = Buffer.alloc(5)
  head[0] = type
  head.writeUInt32BE(flags, 1)
  const body = Buffer.concat([head, varint(stream), varint(id), payload])
  const prefix = Buffer.alloc(4)
  prefix.writeUInt32BE(length ?? body.length)
  return Buffer.concat([prefix, body])
}

export const HELLO_ITEMS: Readonly<Record<string, Buffer>> = {
  'supported-versions': VALUE.text('2.0'),
  'max-frame-size': VALUE.number(16_380),
  capabilities: VALUE.text('pipelining,async'),
}
export const hello = (more: Readonly<Record<string, Buffer>> = {}): Buffer =>
  frame({ type: 1, payload: items({ ...HELLO_ITEMS, ...more }) })

/** `req.hdrs_bin`. */
export const headersOf = (fields: readonly (readonly [string, string])[]): Buffer =>
  Buffer.concat([...fields.flatMap(([name, value]) => [text(name), text(value)]), Buffer.from([0, 0])])

export type Arguments = readonly (readonly [string, Buffer])[]

/** The arguments of a good question, of which some may be replaced, or left out by `undefined`. */
export function argumentsOf(
  headers: readonly (readonly [string, string])[],
  replaced: Readonly<Record<string, Buffer | undefined>> = {},
): Arguments {
  const all: Record<string, Buffer | undefined> = {
    method: VALUE.text('GET'),
    path: VALUE.text('/orders/1?x=1'),
    host: VALUE.text('api.example.com'),
    scheme: VALUE.text('https'),
    src: VALUE.ipv4(192, 0, 2, 7),
    headers: VALUE.bytes(headersOf(headers)),
    ...replaced,
  }
  return Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
}

export const message = (args: Arguments, name = 'judge'): Buffer =>
  Buffer.concat([
    text(name),
    Buffer.from([args.length]),
    ...args.flatMap(([key, value]) => [text(key), value]),
  ])

export const notify = (args: Arguments, ids: Pick<FrameParts, 'stream' | 'frame'> = {}): Buffer =>
  frame({ type: 3, stream: 1, frame: 1, ...ids, payload: message(args) })

/** A frame that Warder sent. */
export interface AgentFrame {
  readonly type: number
  readonly stream: number
  readonly frame: number
  /** Of a hello or disconnect: its items. Of an ACK: its variables, in their order. */
  readonly values: Readonly<Record<string, string | number | boolean | null>>
}

class Reader {
  readonly #bytes: Buffer
  at = 0
  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }
  get isAtEnd(): boolean {
    return this.at === this.#bytes.length
  }
  byte(): number {
    return this.#bytes.readUInt8(this.at++)
  }
  number(): number {
    let value = this.byte()
    if (value < 240) return value
    for (let shift = 4, more = true; more; shift += 7) {
      const byte = this.byte()
      value += byte * 2 ** shift
      more = byte >= 128
    }
    return value
  }
  text(): string {
    const length = this.number()
    if (this.at + length > this.#bytes.length) throw new Error('a text beyond the frame')
    this.at += length
    return this.#bytes.toString('utf8', this.at - length, this.at)
  }
  value(): string | number | boolean | null {
    const type = this.byte()
    if (type % 16 === 1) return type === 0x11
    if (type === 3) return this.number()
    if (type === 8) return this.text()
    if (type === 0) return null
    throw new Error(`a value of type ${type}`)
  }
}

/** @param bytes Without the length. */
export function readAgentFrame(bytes: Buffer): AgentFrame {
  const reader = new Reader(bytes)
  const type = reader.byte()
  if (bytes.readUInt32BE(1) !== 1) throw new Error('flags')
  reader.at = 5
  const [stream, frameId] = [reader.number(), reader.number()]
  const values: Record<string, string | number | boolean | null> = {}
  while (!reader.isAtEnd) {
    if (type === 103) {
      const action = [reader.byte(), reader.byte(), reader.byte()]
      if (action.join() !== '1,3,2')
        throw new Error(`not to set a variable of the transaction: ${action.join()}`)
    }
    values[reader.text()] = reader.value()
  }
  return { type, stream, frame: frameId, values }
}

export interface SpopPeer {
  readonly socket: Socket
  send(...frames: readonly Uint8Array[]): void
  /** The next frame; undefined when the connection ends. */
  receive(): Promise<AgentFrame | undefined>
}

export async function openPeer(port: number, cleanup: Cleanup): Promise<SpopPeer> {
  const socket = connect(port, '127.0.0.1')
  cleanup.add(() => void socket.destroy())
  let kept = Buffer.alloc(0)
  let hasEnded = false
  let wake = (): void => {}
  socket.on('data', (bytes: Buffer) => {
    kept = Buffer.concat([kept, bytes])
    wake()
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    hasEnded = true
    wake()
  })
  socket.on('end', () => socket.end())
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
  return {
    socket,
    send: (...frames) => void socket.write(Buffer.concat(frames)),
    async receive() {
      for (;;) {
        const length = kept.length < 4 ? Infinity : kept.readUInt32BE() + 4
        if (kept.length >= length) {
          const bytes = kept.subarray(4, length)
          kept = kept.subarray(length)
          return readAgentFrame(bytes)
        }
        if (hasEnded) return undefined
        await new Promise<void>((resolve) => void (wake = resolve))
      }
    },
  }
}

/** A connection with its handshake done. */
export async function openGreeted(port: number, cleanup: Cleanup): Promise<SpopPeer> {
  const peer = await openPeer(port, cleanup)
  peer.send(hello())
  const answer = await peer.receive()
  if (answer?.type !== 101) throw new Error(`no hello of the agent: ${JSON.stringify(answer)}`)
  return peer
}
