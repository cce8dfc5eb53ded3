/** A TCP relay in front of a server that keeps whole HTTP/1 exchanges, byte by byte. */
import { connect, createServer } from 'node:net'
import type { Cleanup } from './cleanup.ts'
import { takeMessage, type HttpMessage } from './http-message.ts'
import { listen } from './loopback.ts'

/** A request and its answer. */
export interface RecordedExchange {
  readonly question: HttpMessage
  readonly answer: HttpMessage
}

export interface RecordingRelay {
  readonly port: number
  readonly url: string
  /** Whole exchanges, one connection after the other. */
  exchanges(): readonly RecordedExchange[]
  /** Connections accepted so far. */
  connections(): number
}

export async function startRecordingRelay(targetPort: number, cleanup: Cleanup): Promise<RecordingRelay> {
  const recordings: { readonly asked: Buffer[]; readonly answered: Buffer[] }[] = []
  const server = createServer((near) => {
    const recording = { asked: [] as Buffer[], answered: [] as Buffer[] }
    recordings.push(recording)
    const far = connect(targetPort, '127.0.0.1')
    near.on('data', (bytes: Buffer) => void recording.asked.push(bytes))
    far.on('data', (bytes: Buffer) => void recording.answered.push(bytes))
    near.on('error', () => far.destroy())
    far.on('error', () => near.destroy())
    near.on('close', () => far.destroy())
    near.pipe(far)
    far.pipe(near)
  })
  const port = await listen(server, cleanup)
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    connections: () => recordings.length,
    exchanges: () =>
      recordings.flatMap(({ asked, answered }) => {
        const answers = messagesIn(answered)
        return messagesIn(asked).flatMap((question, i) => {
          const answer = answers[i]
          return answer === undefined ? [] : [{ question, answer }]
        })
      }),
  }
}

function messagesIn(chunks: readonly Buffer[]): readonly HttpMessage[] {
  const messages: HttpMessage[] = []
  let bytes = Buffer.concat(chunks)
  for (
    let taken = takeMessage(bytes, true, true);
    taken !== undefined;
    taken = takeMessage(bytes, true, true)
  ) {
    messages.push(taken.message)
    bytes = Buffer.from(taken.rest)
  }
  return messages
}
