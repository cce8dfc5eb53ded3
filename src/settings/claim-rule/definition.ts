/** Claim rules: what a claim of a verified token must be. */
import { z } from 'zod'
import { MAX_PATTERN_LENGTH } from '../../syntax/claim-pattern.ts'
import { parseBeginning, parsePattern, parseWord } from '../values/texts.ts'
import { oneOrMore, shorthand, texts } from '../kinds/collections.ts'
import { plain, type Checked, type Kind, type Value } from '../kinds/kind.ts'
import { optional, section } from '../kinds/section.ts'
import { flag, text } from '../kinds/values.ts'

/** A JSON scalar, as rules compare it: same type and same value. */
export type ClaimScalar = string | number | boolean

// Number claims beyond 2^53 cannot be told apart once parsed.
const scalar: Kind<ClaimScalar, ClaimScalar, ''> = plain(
  z.union([
    z.string(),
    z.boolean(),
    z
      .number()
      .refine(
        (value) => !Number.isInteger(value) || Number.isSafeInteger(value),
        'beyond 2^53, where numbers are no longer exact',
      ),
  ]),
  'value',
)
const scalars = oneOrMore(scalar, 'value, or a list of them', 'in a list')

/** All operators that are set must hold. None but `exists` holds for a claim that is absent or null. */
export const OPERATORS = section({
  equals: optional(scalar, 'The claim has this type and value.'),
  not_equals: optional(scalar, 'The claim has the same type and another value.'),
  in: optional(scalars, 'The claim is one of these.'),
  not_in: optional(scalars, 'The claim has the type of one of these, and equals none of them.'),
  starts_with: optional(text('text', parseBeginning), 'The claim is a text that begins with this.'),
  ends_with: optional(text('text', parseBeginning), 'The claim is a text that ends with this.'),
  matches: optional(
    text(`pattern, 1 to ${MAX_PATTERN_LENGTH} characters`, parsePattern),
    'The claim is a text of at most 1,024 characters that matches this [RE2](https://github.com/google/re2/wiki/Syntax) pattern as a whole: neither `admin` nor `^admin` matches `administrator`; write `admin.*` for a prefix.',
  ),
  contains: optional(scalars, 'The claim is a list that holds all of these.'),
  contains_any: optional(scalars, 'The claim is a list that holds at least one of these.'),
  has_word: optional(
    texts('word, or a list of them', { parse: parseWord }),
    'The claim is a text of words separated by spaces (`editor admin`) that has all of these among them.',
  ),
  exists: optional(flag(), 'The claim is present (`true`) or absent (`false`); null counts as absent.'),
})

/** A rule, or the value that the claim must have. */
export const CLAIM_RULE = shorthand(scalar, OPERATORS, (equals) => ({ equals }))

/** What each operator is given. Lists and texts are never empty, except a text that is compared as a whole. */
export type ClaimOperands = Required<Value<typeof OPERATORS>>
export type ClaimOperator = keyof ClaimOperands

/** At least one operator is set. */
export interface ClaimRuleSettings extends Partial<ClaimOperands> {
  /** Where the claim is, as written: `realm_access.roles`; `\.` is a dot inside a name. */
  readonly path: string
}

export type ClaimRuleConfig = Checked<typeof OPERATORS>
