/** What this process answers when the admin listener asks about its decisions. */
import type { AskAll, ProcessAnswers } from '../admin/questions.ts'

/** What the answers are read from. */
export interface AnsweringParts {
  readonly decided: () => number
}

export const createProcessAnswers = ({ decided }: AnsweringParts): ProcessAnswers => ({
  decided: () => decided(),
})

/** Asks a service of one process: this one. */
export const askThisProcess =
  (answers: ProcessAnswers): AskAll =>
  async (kind, asked) => [await answers[kind](asked)]
