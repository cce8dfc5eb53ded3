/** The newer `jwtAuth` of Goma, which verifies tokens itself → an issuer and a policy. */
import { mistake } from '../../../settings/problem.ts'
import { err, ok, type Result } from '../../../result.ts'
import { translateClaims } from './claims.ts'
import type { Judge, RuleProblem } from './judges.ts'
import { readKeyText } from '../key-text.ts'
import { unsupported } from '../noted-keys.ts'
import { allowIfShort, ANY, ISSUER_ANY, withoutEmpty, type NativeValue } from '../../read-foreign.ts'
import type { LocalJwtRule } from './rules.ts'

/** @param name Of the issuer and the policy. */
export function translateLocalJwt(name: string, rule: LocalJwtRule): Judge | RuleProblem {
  const named = [rule.algorithms, rule.alg, rule.algo].filter((one) => one !== undefined)
  if (named.length > 1) {
    const message = '`algorithms`, `alg` and `algo` exclude each other'
    return { code: 'ERR_CONFIG_EXACTLY_ONE', message }
  }
  if (rule.issuer === ANY) return { ...ISSUER_ANY, at: 'issuer' }
  const keys = keysOf(rule)
  if (!keys.ok) return keys.error
  const { claimsExpression = '' } = rule
  const claims = claimsExpression === '' ? ok({}) : translateClaims(claimsExpression)
  if (!claims.ok) return { ...claims.error, at: 'claimsExpression' }
  return {
    kind: 'policy',
    name,
    issuer: withoutEmpty({
      name,
      issuer: rule.issuer ?? ANY,
      audience: rule.audience === undefined ? 'any' : [rule.audience],
      keys: keys.value,
      algorithms: algorithmsOf(rule),
      leeway: 0,
    }),
    policy: withoutEmpty({ issuers: [name], claims: claims.value, identity: rule.forwardHeaders }),
    keepsToken: rule.forwardAuthorization ?? false,
  }
}

function keysOf(rule: LocalJwtRule): Result<NativeValue, RuleProblem> {
  const { secret, jwksUrl = '', jwksFile = '', publicKey = '' } = rule
  const isSet = [secret !== undefined, jwksUrl !== '', jwksFile !== '', publicKey !== '']
  if (isSet.filter(Boolean).length !== 1) return err(NO_KEYS)
  if (secret !== undefined)
    return ok({ secret, ...(typeof secret === 'string' ? allowIfShort(secret, algorithmsOf(rule)) : {}) })
  if (jwksUrl !== '') return ok({ jwks_url: jwksUrl })
  return jwksFile === '' ? readKey('publicKey', publicKey) : readKey('jwksFile', jwksFile)
}

/** Its documents write `algo`, which no version reads: who wrote it wants these algorithms alone. */
function algorithmsOf({ algorithms, alg, algo }: LocalJwtRule): LocalJwtRule['algorithms'] {
  const one = alg ?? algo
  return algorithms ?? (one === undefined ? undefined : [one])
}

/** In the file itself, or in another one. */
const KEYS = {
  publicKey: { inText: 'pem', inFile: 'pem_file' },
  jwksFile: { inText: 'jwks', inFile: 'jwks_file' },
} as const

function readKey(name: keyof typeof KEYS, written: string): Result<NativeValue, RuleProblem> {
  const key = readKeyText(written)
  if (key?.kind === 'text') return ok({ [KEYS[name].inText]: key.text })
  if (key?.kind === 'file') return ok({ [KEYS[name].inFile]: key.path })
  if (key?.kind === 'encrypted') {
    const problem = unsupported(
      `\`${name}\` that is encrypted for Goma is not supported`,
      'write it in plain text: a public key is not a secret',
    )
    return err({ ...problem, at: name })
  }
  // Does not show what is written: it may be a key.
  const message = `\`${name}\` is neither a key, as text or in base64, nor the path of a file`
  const hints = ['a file has a name such as key.pem or keys.json']
  return err({ code: 'ERR_CONFIG_VALUE', message, hints, at: name })
}

const NO_KEYS = mistake(
  'ERR_CONFIG_EXACTLY_ONE',
  'a rule needs one of `secret`, `jwksUrl`, `jwksFile` and `publicKey`',
  'for an auth service write `url`',
)
