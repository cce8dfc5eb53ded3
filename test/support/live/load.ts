/** Steady traffic on a few connections, and what became of every single request. */
import { openClient, requestText, type RawClient, type RawResponse } from './raw-client.ts'

export interface Answer {
  readonly status: number
  /** Empty: there was no decision. */
  readonly reason: string
}

/** One request; `onAnswer` gets what came of it. */
export interface Shot {
  readonly token: string
  readonly onAnswer: (answer: Answer) => void
}

export interface Load {
  /** Requests that were answered. */
  answered(): number
  /** Ends it. @throws Error of a connection that broke, or when the most requests were reached before. */
  stop(): Promise<void>
}

const CONNECTIONS = 4
/** Leaves the machine room for the programs under test; what comes of a request does not depend on it. */
const PAUSE_MS = 3
/** Bounds what a test that hangs can do. */
const MOST_REQUESTS = 60_000

/** Starts sending what `nextShot` returns, which is called right before each request. */
export function startLoad(port: number, nextShot: () => Shot): Load {
  const stopping = new AbortController()
  let answered = 0

  const work = async (): Promise<void> => {
    let client: RawClient | undefined
    while (!stopping.signal.aborted) {
      if (answered >= MOST_REQUESTS) throw new Error(`${answered} requests, and no end`)
      client ??= await openClient(port)
      const shot = nextShot()
      client.send(requestText({ headers: [['Authorization', `Bearer ${shot.token}`]] }))
      const response = await client.receive()
      answered += 1
      shot.onAnswer(toAnswer(response))
      if (response.values('Connection').includes('close')) {
        client.close()
        client = undefined
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
    client?.close()
  }
  const workers = Array.from({ length: CONNECTIONS }, work)
  const ended = Promise.all(workers)
  // It is looked at when the load is stopped.
  ended.catch(() => undefined)
  return {
    answered: () => answered,
    async stop() {
      stopping.abort()
      await ended
    },
  }
}

/** Sends each token once, on a few connections. The answers come in the order of the tokens. */
export async function sendAll(port: number, tokens: readonly string[]): Promise<readonly Answer[]> {
  const answers: Answer[] = []
  let next = 0
  const work = async (): Promise<void> => {
    const client = await openClient(port)
    try {
      while (next < tokens.length) {
        const index = next++
        client.send(requestText({ headers: [['Authorization', `Bearer ${tokens[index] ?? ''}`]] }))
        answers[index] = toAnswer(await client.receive())
      }
    } finally {
      client.close()
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS * 4 }, work))
  return answers
}

export const toAnswer = (response: RawResponse): Answer => ({
  status: response.status,
  reason: response.values('X-Decision-Reason')[0] ?? '',
})
