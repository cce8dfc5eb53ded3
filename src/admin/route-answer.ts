/** Answers of the admin listener. */
import { printableJson, printableOutput } from '../printable.ts'

/** An answer that is sent part by part, for as long as the client stays. */
export interface OpenAnswer {
  /**
   * Sends a part. False: nothing of it was sent, because the client has not read the part before it; try again later, or
   * leave it out.
   */
  send(text: string): boolean
  /** The answer is whole. */
  end(): void
}

export interface RouteAnswer {
  readonly status: number
  readonly contentType: string
  /** Further header fields; those against caching and embedding are added to every answer. */
  readonly headers?: Readonly<Record<string, string>>
  /** Text is sent as UTF-8. */
  readonly body: string | Uint8Array
  /**
   * Continues the answer after its `body`. Returns what is called, once, when the client is gone, the service stops, or
   * the client no longer holds the right. Not called for HEAD.
   */
  readonly open?: (answer: OpenAnswer) => () => void
}

/** `warder.NAME/v1`, with its members in their order. */
export const jsonAnswer = (
  schema: string,
  members: Readonly<Record<string, unknown>>,
  status = 200,
): RouteAnswer => ({
  status,
  contentType: 'application/json;charset=utf-8',
  body: printableJson(JSON.stringify({ schema, ...members })),
})

/** Lines of text for people and probes. */
export const textAnswer = (status: number, text: string): RouteAnswer => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body: printableOutput(text),
})
