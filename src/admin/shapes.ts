/** Parts that the answers of several rows have in common. */
import { z } from 'zod'

/** RFC 3339 in UTC. */
export const TIME = z.iso.datetime()

/** An error or warning of a configuration, as `warder check --json` prints it. */
export const DIAGNOSTIC_SHAPE = z.strictObject({
  code: z.string(),
  severity: z.enum(['error', 'warning']),
  message: z.string(),
  file: z.string().optional(),
  line: z.int().optional(),
  column: z.int().optional(),
  length: z.int().optional(),
  pointer: z.string().optional(),
  suggestion: z.string().optional(),
  hints: z.array(z.string()).readonly(),
  docs: z.string(),
  frame: z
    .strictObject({
      lines: z.array(z.strictObject({ number: z.int(), text: z.string() }).readonly()).readonly(),
      carets: z.string(),
    })
    .optional(),
})

/** An answer in JSON. */
export const jsonForm = (
  doc: string,
  schema: z.ZodType,
): { readonly doc: string; readonly contentType: string; readonly schema: z.ZodType } => ({
  doc,
  contentType: 'application/json',
  schema,
})

/** `warder.error/v1`. */
export const ERROR_ANSWER = z.strictObject({
  schema: z.literal('warder.error/v1'),
  code: z.string(),
  message: z.string(),
  hints: z.array(z.string()),
})

/** RFC 3339, to the second; null for undefined. */
export const timeOrNull = (ms: number | undefined): string | null =>
  ms === undefined ? null : new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
