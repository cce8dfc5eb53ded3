/** Processes that answer what a test says. */
import type { AnswerTo, AskAll, Asked, QuestionKind } from '../../src/admin/questions.ts'

type Answers = { readonly [K in QuestionKind]?: (asked: Asked<K>) => readonly AnswerTo<K>[] }

/** @throws Error for a question without an answer. */
export const askingFake =
  (answers: Answers): AskAll =>
  async (kind, asked) => {
    const answer = answers[kind]
    if (answer === undefined) throw new Error(`nobody answers ${kind}`)
    return answer(asked)
  }
