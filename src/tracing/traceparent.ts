/** The `traceparent` field: which trace a request belongs to. */

/** The place of a request in its trace. */
export interface Traceparent {
  /** 32 lower-case hexadecimal digits, not all zero. */
  readonly traceId: string
  /** Id of the span that asks: 16 such digits, not all zero. */
  readonly parentId: string
  /** The bits that are known: 1, sampled; 2, the id is random. */
  readonly flags: number
}

export const SAMPLED = 1
/** Of level 2 of the standard; kept, never set here. */
const RANDOM = 2
const KNOWN_FLAGS = SAMPLED | RANDOM

const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-[\x21-\x7e]*)?$/
/** More would be no field of any version to come. */
const MAX_LENGTH = 512
const VERSION = '00'
/** It means "no version". */
const NO_VERSION = 'ff'
const ZEROS = /^0+$/

/**
 * Reads the field; undefined if it is absent or invalid, so that the trace starts anew. A repeated field arrives joined
 * by a comma, and is invalid. Of a later version, the parts that this one knows are read.
 *
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function parseTraceparent(value: string | null): Traceparent | undefined {
  if (value === null || value.length > MAX_LENGTH) return undefined
  const [, version, traceId = '', parentId = '', flags = '', rest] = FORM.exec(value) ?? []
  if (version === undefined || version === NO_VERSION) return undefined
  if (version === VERSION && rest !== undefined) return undefined
  if (ZEROS.test(traceId) || ZEROS.test(parentId)) return undefined
  return { traceId, parentId, flags: Number.parseInt(flags, 16) & KNOWN_FLAGS }
}

/** The field of version 00. */
export const formatTraceparent = ({ traceId, parentId, flags }: Traceparent): string =>
  `${VERSION}-${traceId}-${parentId}-0${flags}`
