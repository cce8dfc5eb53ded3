/** The one text that an `issuer` of another system must not be: in a `warder.yaml` it turns the check off. */
import type { Problem } from '../settings/problem.ts'

/** What `issuer` is in a `warder.yaml` that accepts every issuer. */
export const ANY = 'any'

export const ISSUER_ANY: Problem = {
  code: 'ERR_COMPAT_ISSUER_ANY',
  message: 'an issuer called "any" would turn off the check of the issuer',
}
