/** Headers that were read before: all tokens of one signing key begin with the same text. */
import type { Result } from '../result.ts'
import { readHeader, type DecodeProblem, type JoseHeader } from './decode-jws.ts'

/** Reads the first part of a token, as {@link readHeader} does. */
export type ReadHeader = (part: string) => Result<JoseHeader, DecodeProblem>

/** More than an operator has signing keys; a client that makes up headers only empties the memo. */
const MAX_HEADERS = 256
/** Longer ones carry certificates, and are not worth the memory. */
const MAX_REMEMBERED_LENGTH = 512

/**
 * Remembers what `readHeader` said of a text. The text alone decides it, so the memo can neither age nor lie;
 * it saves a fifth of what a first-seen HS256 token costs. Only good headers are kept.
 */
export function createHeaderMemo(): ReadHeader {
  const known = new Map<string, Result<JoseHeader, DecodeProblem>>()
  return (part) => {
    const remembered = known.get(part)
    if (remembered !== undefined) return remembered
    const header = readHeader(part)
    if (header.ok && part.length <= MAX_REMEMBERED_LENGTH) {
      if (known.size === MAX_HEADERS) known.clear()
      known.set(part, header)
    }
    return header
  }
}
