/** HTTP/2 as bytes: what no client library would send (RFC 9113 §4.1, RFC 7541 §6.2.2). */
import { connect as connectPlain, type Socket } from 'node:net'
import { connect } from 'node:tls'
import type { Cleanup } from './live/cleanup.ts'

const TYPES = [
  'DATA',
  'HEADERS',
  'PRIORITY',
  'RST',
  'SETTINGS',
  'PUSH',
  'PING',
  'GOAWAY',
  'WINDOW',
  'CONTINUATION',
]

export const END_STREAM = 0x1
export const END_HEADERS = 0x4

export function frame(type: string, flags: number, stream: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = TYPES.indexOf(type)
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** A field as a literal without indexing. */
export const literal = (name: string, value: string): Buffer =>
  Buffer.concat([Buffer.from([0]), lengthAndText(name), lengthAndText(value)])

export function lengthAndText(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1')
  if (bytes.length < 127) return Buffer.concat([Buffer.from([bytes.length]), bytes])
  const prefix = [127]
  let left = bytes.length - 127
  for (; left >= 128; left >>= 7) prefix.push((left & 127) | 128)
  return Buffer.concat([Buffer.from([...prefix, left]), bytes])
}

/** The head of a good request, of which one field may be another one. */
export function fieldsOf(other: Readonly<Record<string, string | undefined>> = {}): Buffer {
  const usual = { ':method': 'GET', ':scheme': 'https', ':authority': 'api.example.com', ':path': '/public/' }
  const fields = Object.entries({ ...usual, ...other })
  return Buffer.concat(fields.flatMap(([name, value]) => (value === undefined ? [] : [literal(name, value)])))
}

export interface FrameClient {
  send(...frames: readonly Buffer[]): void
  /** Frames that have come back, as `DATA 1 end` or `RST 1 code 1`, without what is housekeeping. */
  frames(): readonly string[]
  readonly isClosed: () => boolean
  close(): void
}

export async function openFrames(port: number, cleanup: Cleanup): Promise<FrameClient> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ALPNProtocols: ['h2'] })
  await new Promise<void>((resolve) => socket.once('secureConnect', () => resolve()))
  return begin(socket, cleanup)
}

/** Without TLS. */
export async function openPlainFrames(port: number, cleanup: Cleanup): Promise<FrameClient> {
  const socket = connectPlain(port, '127.0.0.1')
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
  return begin(socket, cleanup)
}

function begin(socket: Socket, cleanup: Cleanup): FrameClient {
  cleanup.add(() => void socket.destroy())
  let bytes: Buffer = Buffer.alloc(0)
  let isClosed = false
  socket.on('data', (chunk: Buffer) => (bytes = Buffer.concat([bytes, chunk])))
  socket.on('error', () => {})
  socket.on('close', () => (isClosed = true))
  socket.write(Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'))
  socket.write(frame('SETTINGS', 0, 0, Buffer.alloc(0)))
  return {
    send: (...frames) => void socket.write(Buffer.concat(frames)),
    frames: () => readFrames(bytes),
    isClosed: () => isClosed,
    close: () => void socket.destroy(),
  }
}

function readFrames(bytes: Buffer): readonly string[] {
  const frames: string[] = []
  for (let at = 0; at + 9 <= bytes.length;) {
    const length = bytes.readUIntBE(at, 3)
    if (at + 9 + length > bytes.length) break
    const type = TYPES[bytes[at + 3] ?? 0] ?? '?'
    const stream = bytes.readUInt32BE(at + 5)
    const code =
      type === 'RST'
        ? bytes.readUInt32BE(at + 9)
        : type === 'GOAWAY'
          ? bytes.readUInt32BE(at + 13)
          : undefined
    const isEnd = (type === 'DATA' || type === 'HEADERS') && ((bytes[at + 4] ?? 0) & END_STREAM) !== 0
    if (type !== 'SETTINGS' && type !== 'WINDOW')
      frames.push(`${type} ${stream}${code === undefined ? '' : ` code ${code}`}${isEnd ? ' end' : ''}`)
    at += 9 + length
  }
  return frames
}
