/** Reads a NOTIFY: the arguments of the message `judge`, which describe one request as HAProxy knows it. */
import { MalformedFrame, SpopReader, type SpopValue } from './spop-reader.ts'
import { JUDGE_MESSAGE } from './spoe-dialect.ts'

const ARGUMENTS = ['method', 'path', 'host', 'scheme', 'src', 'headers', 'policy'] as const
export type JudgeArgument = (typeof ARGUMENTS)[number]
const KNOWN: ReadonlySet<string> = new Set(ARGUMENTS)

/** The values by name, or what makes the message useless: a line of the engine's text is wrong. */
export type JudgeMessage =
  | { readonly values: ReadonlyMap<JudgeArgument, SpopValue> }
  | { readonly mistake: string }

/** @throws MalformedFrame when the bytes are no list of messages. */
export function readJudgeMessage(payload: SpopReader): JudgeMessage {
  const values = new Map<JudgeArgument, SpopValue>()
  let mistake: string | undefined
  let count = 0
  // All of it is read, so that a message is either whole or malformed.
  while (!payload.isAtEnd) {
    if (payload.text() !== JUDGE_MESSAGE) mistake ??= 'the name of the message'
    if (++count > 1) mistake ??= 'the number of messages'
    for (let left = payload.byte(); left > 0; left--) {
      const name = payload.text()
      const value = payload.value()
      // A misspelled `policy` must not become a request that the routes judge.
      if (!isArgument(name)) mistake ??= 'the name of an argument'
      else if (values.has(name)) mistake ??= name
      else values.set(name, value)
    }
  }
  if (count === 0) throw new MalformedFrame('no message')
  return mistake === undefined ? { values } : { mistake }
}

const isArgument = (name: string): name is JudgeArgument => KNOWN.has(name)
