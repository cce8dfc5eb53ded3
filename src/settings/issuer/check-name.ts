/** What an issuer calls itself. */
import { KNOWN_ALIASES } from './presets.ts'
import { toPointer } from '../../json-pointer.ts'
import { quoted } from '../../printable.ts'
import { problemAt, type LocatedProblem } from '../problem.ts'
import type { IssuerConfig } from './definition.ts'

/** What other programs expand, and what is compared letter by letter here: no token would ever fit. */
export function checkWildcards({ issuer, audience, claims }: IssuerConfig): readonly LocatedProblem[] {
  const found = [...checkClaimWildcards(claims)]
  const word = /\*/.exec(issuer ?? '')?.[0] ?? ENTRA_ALIAS.exec(issuer ?? '')?.[1]
  if (word !== undefined) {
    const message = `${quoted(word)} is compared literally: no token has this \`iss\``
    const hints = [
      'write {tenant} there, and list the accepted tenants: `tenants: […]`',
      'or `tenants: any` with `tenant_claim` and a `jwks_url`, to accept every tenant',
    ]
    found.push(problemAt('/issuer', 'ERR_CONFIG_WILDCARD', message, ...hints))
  }
  audience?.forEach((one, i) => {
    if (one !== '*') return
    const hint = 'to accept tokens for any other service too, write `audience: any`'
    found.push(problemAt(`/audience/${i}`, 'ERR_CONFIG_WILDCARD', '"*" is compared literally', hint))
  })
  return found
}

/** A warning, because the value of a claim may really be or hold a `*`: it stands for every right in some tokens. */
const checkClaimWildcards = (claims: IssuerConfig['claims'] = {}): readonly LocatedProblem[] =>
  Object.entries(claims).flatMap(([name, rule]) => {
    const texts = [...(rule.in ?? []), rule.starts_with].filter((one) => typeof one === 'string')
    const text = texts.find((one) => one.includes('*'))
    if (text === undefined) return []
    const start = text.slice(0, text.indexOf('*'))
    const hint =
      start === ''
        ? `to accept every value, write \`require: [${name}]\` and no rule`
        : `for every value with this prefix, write \`starts_with: ${JSON.stringify(start)}\``
    const message = `the \`*\` in ${quoted(text)} is compared literally`
    return [problemAt(`/claims${toPointer([name])}`, 'WARN_CONFIG_CLAIM_WILDCARD', message, hint)]
  })

/** Names under which Entra ID serves every directory; its tokens have the id of one. */
const ENTRA_ALIAS =
  /^https:\/\/(?:login\.microsoftonline\.com|sts\.windows\.net)\/(common|organizations|consumers)\//

/** Only what a provider documents: an alias lets its keys vouch for another name. */
export function checkAliases(config: IssuerConfig): readonly LocatedProblem[] {
  const { issuer, issuer_aliases: aliases = [] } = config
  const known = (Object.hasOwn(KNOWN_ALIASES, issuer ?? '') && KNOWN_ALIASES[issuer ?? '']) || []
  return aliases.flatMap((alias, i) => {
    if (known.includes(alias)) return []
    const message = `${quoted(alias)} is not a documented \`iss\` of this issuer`
    const hint = 'write a separate issuer, with its own `keys`'
    return [problemAt(`/issuer_aliases/${i}`, 'ERR_CONFIG_VALUE', message, hint)]
  })
}
