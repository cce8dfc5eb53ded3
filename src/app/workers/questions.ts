/** Questions to another process, and their answers. */

export interface Questions<Answer> {
  /** Asks under a new id. The caller bounds the wait. */
  ask(send: (id: number) => void): Promise<Answer>
  answered(id: number, answer: Answer): void
}

/** Unanswered questions that are remembered; an answer to an older one is ignored. */
const MAX_OPEN = 10_000

export function createQuestions<Answer>(): Questions<Answer> {
  const open = new Map<number, (answer: Answer) => void>()
  let lastId = 0
  return {
    ask: (send) =>
      new Promise((resolve) => {
        const id = ++lastId
        open.set(id, resolve)
        open.delete(id - MAX_OPEN)
        send(id)
      }),
    answered(id, answer) {
      open.get(id)?.(answer)
      open.delete(id)
    },
  }
}
