/** Strings of the tracing settings. */
import { ok, type Result } from '../../result.ts'
import { quoted } from '../../printable.ts'
import { refuse, type Problem } from '../problem.ts'

/** A share, such as 0.01. */
export function parseRatio(text: string): Result<number, Problem> {
  const share = /^(?:\d+(?:\.\d+)?|\.\d+)(?:e-?\d{1,3})?$/i.test(text) ? Number(text) : Number.NaN
  if (Number.isNaN(share)) return refuse('ERR_CONFIG_TYPE', `${quoted(text)} is not a number`)
  if (share <= 1) return ok(share)
  return refuse('ERR_CONFIG_RANGE', `${quoted(text)} is not between 0 and 1`)
}

/** The name by which a service is known to a collector. */
export const parseServiceName = (text: string): Result<string, Problem> =>
  /^[\x21-\x7e](?:[\x20-\x7e]{0,126}[\x21-\x7e])?$/.test(text)
    ? ok(text)
    : refuse('ERR_CONFIG_VALUE', `${quoted(text)} is not 1 to 128 characters of visible ASCII`)
