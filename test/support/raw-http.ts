/** HTTP as bytes: what a proxy really sends, and what an attacker would. */
import { connect } from 'node:net'

export interface RawExchange {
  /** Everything that came back. */
  readonly text: string
  /** Who ended it: the server, or we because nothing more was expected. */
  readonly closedByServer: boolean
}

/**
 * Sends bytes on one connection. Resolves when the server closes it, or when `until` is satisfied.
 *
 * @param port On 127.0.0.1.
 */
export function exchange(
  port: number,
  bytes: string,
  until: (text: string) => boolean,
): Promise<RawExchange> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'))
    const end = (closedByServer: boolean): void => {
      socket.destroy()
      resolve({ text, closedByServer })
    }
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      if (until(text)) end(false)
    })
    socket.on('close', () => end(true))
    socket.on('error', reject)
  })
}

/** Status codes of the answers in a text, in order. */
export const statusesOf = (text: string): readonly number[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => Number(match[1]))
