/** `claimsExpression` of Goma → claim rules of a native policy, where these say exactly that; else it is refused. */
import { mistake, type Problem } from '../../../settings/problem.ts'
import { quoted } from '../../../printable.ts'
import { err, ok, type Result } from '../../../result.ts'
import { parseClaimsExpression, type ClaimCall } from './claims-syntax.ts'
import { unsupported } from '../noted-keys.ts'

type Scalar = string | number | boolean

/** By claim path. A claim is one of these, or a list that holds all of these. */
export type ClaimRules = Readonly<Record<string, { readonly in: Scalar[] } | { readonly contains: Scalar[] }>>

export function translateClaims(expression: string): Result<ClaimRules, Problem> {
  const calls = parseClaimsExpression(expression)
  if (!calls.ok) return calls
  const rules = new Map<string, { in: Scalar[] } | { contains: Scalar[] }>()
  for (const call of calls.value) {
    const refusal = checkCall(call)
    if (refusal !== undefined) return err(refusal)
    // Goma knows no dot inside a name, and a backslash is one.
    const path = call.claim.replaceAll('\\', '\\\\')
    const known = rules.get(path)
    const wanted = call.values.flatMap(readingsOf)
    if (call.name === 'Contains') {
      if (known !== undefined && 'in' in known) return err(contradiction(call))
      // Whoever wants a number in a list has to say so in a warder.yaml: a rule holds all of its values.
      rules.set(path, { contains: [...(known?.contains ?? []), ...call.values] })
    } else {
      if (known !== undefined && 'contains' in known) return err(contradiction(call))
      const both = known === undefined ? wanted : known.in.filter((value) => wanted.includes(value))
      if (both.length === 0) return err(contradiction(call))
      rules.set(path, { in: both })
    }
  }
  return ok(Object.fromEntries(rules))
}

/** Everything has quotes in Goma, which writes a claim out and compares texts. */
function readingsOf(text: string): readonly Scalar[] {
  if (text === 'true' || text === 'false') return [text, text === 'true']
  return /^(?:0|-?[1-9]\d{0,14})$/.test(text) ? [text, Number(text)] : [text]
}

function checkCall({ name, at, claim, values }: ClaimCall): Problem | undefined {
  if (name === 'Prefix')
    return unsupported(
      `\`Prefix\` at character ${at} of the expression is not supported`,
      'name the values with `OneOf`, or give the check to the application',
    )
  if (claim.split('.').includes('')) {
    const message = `${quoted(claim)} at character ${at} of the expression is not the path of a claim`
    return mistake('ERR_CONFIG_CLAIM_PATH', message, 'write names with dots between them')
  }
  if (name === 'Equals' && values.length !== 1)
    return syntax(at, '`Equals` has a claim and one value', 'for several values write `OneOf`')
  // Some versions take one of the values for enough, others want all.
  if (name === 'Contains' && values.length > 1) {
    const hint = 'for all of them write `Contains(…) && Contains(…)`'
    return unsupported(`\`Contains\` at character ${at} of the expression has several values`, hint)
  }
  return undefined
}

const contradiction = ({ at, claim }: ClaimCall): Problem =>
  syntax(at, `no token passes: two conditions on ${quoted(claim)} exclude each other`, 'keep one of them')

const syntax = (at: number, message: string, hint: string): Problem =>
  mistake('ERR_CONFIG_VALUE', `character ${at} of the expression: ${message}`, hint)
