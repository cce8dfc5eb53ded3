/** The log of a worker on its way into that of the service. */
import { createWholeLines } from './whole-lines.ts'

/**
 * While the log has no room, nothing is read: then the worker itself has none, and counts the denials that it leaves
 * out. The last lines of one that has ended wait for nothing.
 *
 * @param onLines Resolves when more are welcome; undefined: at once.
 */
export async function relayLines(
  stdout: AsyncIterable<Uint8Array>,
  onLines: (text: string) => Promise<void> | undefined,
  exited: Promise<unknown>,
): Promise<void> {
  const take = createWholeLines(onLines)
  let hasExited = false
  let goOn = (): void => {}
  // Once: a race for each wait would leave something behind with this promise, for as long as the worker lives.
  const end = (): void => {
    hasExited = true
    goOn()
  }
  exited.then(end, end)
  for await (const bytes of stdout) {
    const room = take(bytes)
    if (room === undefined || hasExited) continue
    await new Promise<void>((resolve) => {
      goOn = resolve
      void room.then(resolve)
    })
  }
}
