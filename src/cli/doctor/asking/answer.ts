/** What came back for a request. */
import type { FieldLine } from '../../../http/messages/header-fields.ts'
import type { AskedRequest } from './asked-request.ts'

export interface Answer {
  /** 0: no whole answer came. */
  readonly status: number
  /** Why none came. `closed`: the connection ended. */
  readonly fault?: 'closed' | 'late' | 'invalid' | 'no_connection'
  readonly fields: readonly FieldLine[]
  /** Bytes as latin1, up to the bound. */
  readonly body: string
  /** Whether bytes followed that belong to no answer. */
  readonly hasSurplus: boolean
  /** From the first byte sent to the last byte received, in milliseconds. */
  readonly ms: number
}

/** Longest body that is kept, in bytes; of more, the rest is not waited for. */
export const MAX_BODY_BYTES = 256 * 1024

export const noAnswer = (fault: NonNullable<Answer['fault']>, ms: number): Answer => ({
  status: 0,
  fault,
  fields: [],
  body: '',
  hasSurplus: false,
  ms,
})

/** Values of a field, in order. */
export const answerValues = ({ fields }: Answer, lower: string): readonly string[] =>
  fields.filter(({ name }) => name.toLowerCase() === lower).map(({ value }) => value)

/** Asks the site. */
export interface Asker {
  /** One request on a connection of its own. Never throws. */
  ask(request: AskedRequest): Promise<Answer>
  /** One request after the other on one connection, and on a new one when the site closes it. Never throws. */
  askInTurn(requests: readonly AskedRequest[]): Promise<readonly Answer[]>
}
