/** Load on kept connections that knows of every request what it was, and what became of it. */
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { takeMessage, valuesOf, type HttpMessage } from './http-message.ts'
import { waitFor } from './loopback.ts'
import { requestText, type RawRequest } from './raw-client.ts'

/** What became of one request. Only `whole` is an answer. */
export type Fate =
  | { readonly kind: 'whole'; readonly status: number; readonly reason: string; readonly body: string }
  /** The connection ended before the first byte of an answer. */
  | { readonly kind: 'nothing' }
  /** The connection ended within an answer: what was promised is lost. */
  | { readonly kind: 'cut' }

export interface Sent {
  /** Its own target, by which servers and client speak of the same one. */
  readonly target: string
  /** What it is meant to be, as the caller named it. */
  readonly sort: string
  /** Whether it was the first on its connection, which the server may not have accepted. */
  readonly isFirst: boolean
  readonly fate: Fate
}

export interface LoadSource {
  /** Names of what is sent, in turn, with the request that each is; the target is made by the load. */
  readonly sorts: Readonly<Record<string, RawRequest>>
  /** What comes before the number in the target. */
  readonly path: string
  /** Whatever the certificate is. */
  readonly isTls?: boolean
}

export interface GatewayLoad {
  readonly sent: readonly Sent[]
  /** Connections that were opened so far. */
  connections(): number
  /** Resolves when so many more requests have an answer. */
  more(count: number): Promise<void>
  /** How often each fate came, for the eye: `good: 200` → 17. */
  counts(): Readonly<Record<string, number>>
  /** Lets each connection end what is under way; at once if the server refuses connections. */
  stop(): Promise<void>
}

/** @param connections How many requests are under way at any time. */
export function startGatewayLoad(port: number, connections: number, source: LoadSource): GatewayLoad {
  const sent: Sent[] = []
  const sorts = Object.entries(source.sorts)
  const stopping = new AbortController()
  let opened = 0
  let turn = 0

  const work = async (): Promise<void> => {
    let line: Line | undefined
    let isFirst = true
    while (!stopping.signal.aborted) {
      if (line === undefined) {
        line = await openLine(port, source.isTls ?? false)
        if (line === undefined) return
        opened += 1
        isFirst = true
      }
      const number = turn++
      const [sort, request] = sorts[number % sorts.length] ?? ['', {}]
      const target = `${source.path}/${number}`
      const fate = await line.ask(requestText({ ...request, target }))
      sent.push({ target, sort, isFirst, fate })
      isFirst = false
      if (line.isOver()) line = undefined
    }
    line?.close()
  }
  const ended = Promise.all(Array.from({ length: connections }, work))
  return {
    sent,
    connections: () => opened,
    async more(count) {
      const enough = sent.length + count
      await waitFor(`${count} more requests`, () => sent.length >= enough || undefined)
    },
    counts() {
      const counts: Record<string, number> = {}
      for (const { sort, fate } of sent) {
        const name = `${sort}: ${fate.kind === 'whole' ? `${fate.status} ${fate.reason}`.trim() : fate.kind}`
        counts[name] = (counts[name] ?? 0) + 1
      }
      return counts
    },
    async stop() {
      stopping.abort()
      await ended
    },
  }
}

interface Line {
  ask(text: string): Promise<Fate>
  /** Whether the server has ended it, or announced that it will. */
  isOver(): boolean
  close(): void
}

/** Undefined: nothing listens any more. */
async function openLine(port: number, isTls: boolean): Promise<Line | undefined> {
  const address = { port, host: '127.0.0.1' }
  const socket = isTls ? connectTls({ ...address, rejectUnauthorized: false }) : connect(address)
  const isOpen = await new Promise<boolean>((resolve) => {
    socket.once(isTls ? 'secureConnect' : 'connect', () => resolve(true))
    for (const event of ['error', 'close']) socket.once(event, () => resolve(false))
  })
  return isOpen ? createLine(socket) : undefined
}

function createLine(socket: Socket): Line {
  let bytes: Buffer = Buffer.alloc(0)
  let isEnded = false
  let isLast = false
  let wake = (): void => {}
  socket.on('data', (chunk: Buffer) => {
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk])
    wake()
  })
  for (const event of ['end', 'close', 'error'])
    socket.on(event, () => {
      isEnded = true
      wake()
    })
  return {
    async ask(text) {
      socket.write(text, 'latin1')
      for (;;) {
        const taken = takeMessage(bytes, true, isEnded)
        if (taken !== undefined) {
          bytes = taken.rest
          isLast = valuesOf(taken.message, 'connection').includes('close')
          return toFate(taken.message)
        }
        if (isEnded) return { kind: bytes.length === 0 ? 'nothing' : 'cut' }
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
    isOver() {
      if (isEnded || isLast) socket.destroy()
      return isEnded || isLast
    },
    close: () => void socket.destroy(),
  }
}

const toFate = (message: HttpMessage): Fate => ({
  kind: 'whole',
  status: Number(message.startLine.split(' ')[1]),
  reason: valuesOf(message, 'x-decision-reason')[0] ?? '',
  body: message.body,
})
