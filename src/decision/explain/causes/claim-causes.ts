/** Claims that break a rule only because their issuer writes them in another form. */
import { compileClaimRule } from '../../../claims/compile-claim-rule.ts'
import type {
  ClaimOperands,
  ClaimRuleSettings,
  ClaimScalar,
} from '../../../settings/claim-rule/definition.ts'
import type { LikelyCause } from './likely-cause.ts'
import type { Trial } from '../../trial.ts'

type Operands = Partial<ClaimOperands>

/** Proposes the first other operator that accepts the claim of this token. */
export function claimForm({ jws, policy }: Trial): LikelyCause | undefined {
  if (jws === undefined) return undefined
  const broken = policy?.claims.find((rule) => !rule.holds(jws.claims))
  if (broken === undefined) return undefined
  const { path, ...asked } = broken.settings
  // A rule with several operators is not broken by the form alone.
  if (Object.keys(asked).length !== 1) return undefined
  const fitting = otherForms(asked)
    .map((operands) => compileClaimRule({ path, ...operands }))
    .find((rule) => rule.holds(jws.claims))
  if (fitting === undefined) return undefined
  // `has_word ["admin"]`
  const operator = fitting.expected.replace(' ', ': ')
  return {
    name: 'claim_form',
    why: `the claim \`${path}\` has the value in another form than the rule requires: it is ${broken.found(jws.claims)}`,
    fix: `if the issuer always uses this form, write \`claims: { ${JSON.stringify(path)}: { ${operator} } }\` in the policy`,
  }
}

function otherForms(asked: Omit<ClaimRuleSettings, 'path'>): readonly Operands[] {
  const { equals, in: anyOf, contains, containsAny, hasWord } = asked
  return [
    ...(equals === undefined ? [] : [...otherTypes(equals), { contains: [equals] }, ...wordsOf([equals])]),
    ...(anyOf === undefined ? [] : [{ containsAny: anyOf }]),
    ...(contains === undefined ? [] : [...onlyOf(contains), ...wordsOf(contains)]),
    ...(containsAny === undefined ? [] : [{ in: containsAny }]),
    ...(hasWord === undefined ? [] : [{ contains: hasWord }]),
  ]
}

const onlyOf = (wanted: readonly ClaimScalar[]): readonly Operands[] =>
  wanted.length === 1 ? wanted.map((equals) => ({ equals })) : []

function wordsOf(wanted: readonly ClaimScalar[]): readonly Operands[] {
  const words = wanted.filter((one) => typeof one === 'string' && !one.includes(' '))
  return words.length === wanted.length ? [{ hasWord: words as readonly string[] }] : []
}

/** `"true"` for true and the other way round, and likewise for numbers. */
function otherTypes(value: ClaimScalar): readonly Operands[] {
  if (typeof value !== 'string') return [{ equals: String(value) }]
  if (value === 'true' || value === 'false') return [{ equals: value === 'true' }]
  return String(Number(value)) === value ? [{ equals: Number(value) }] : []
}
