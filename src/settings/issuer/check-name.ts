/** What an issuer calls itself. */
import type { AddProblem as Add } from '../keys/check-reach.ts'
import { KNOWN_ALIASES } from './presets.ts'
import { toPointer } from '../../json-pointer.ts'
import { quoted } from '../../printable.ts'
import type { IssuerConfig } from './definition.ts'

/** What other programs expand, and what is compared letter by letter here: no token would ever fit. */
export function checkWildcards({ issuer, audience, claims }: IssuerConfig, add: Add): void {
  checkClaimWildcards(claims, add)
  const word = /\*/.exec(issuer ?? '')?.[0] ?? ENTRA_ALIAS.exec(issuer ?? '')?.[1]
  if (word !== undefined) {
    const message = `${quoted(word)} is compared literally: no token has this \`iss\``
    add('/issuer', {
      code: 'ERR_CONFIG_WILDCARD',
      message,
      hints: [
        'write {tenant} there, and list the accepted tenants: `tenants: […]`',
        'or `tenants: any` with `tenant_claim` and a `jwks_url`, to accept every tenant',
      ],
    })
  }
  audience?.forEach((one, i) => {
    if (one !== '*') return
    const hints = ['to accept tokens for any other service too, write `audience: any`']
    add(`/audience/${i}`, { code: 'ERR_CONFIG_WILDCARD', message: '"*" is compared literally', hints })
  })
}

/** A warning, because the value of a claim may really be or hold a `*`: it stands for every right in some tokens. */
function checkClaimWildcards(claims: IssuerConfig['claims'], add: Add): void {
  for (const [name, rule] of Object.entries(claims ?? {})) {
    const texts = [...(rule.in ?? []), rule.starts_with].filter((one) => typeof one === 'string')
    const text = texts.find((one) => one.includes('*'))
    if (text === undefined) continue
    const start = text.slice(0, text.indexOf('*'))
    const hints =
      start === ''
        ? [`to accept every value, write \`require: [${name}]\` and no rule`]
        : [`for every value with this prefix, write \`starts_with: ${JSON.stringify(start)}\``]
    const message = `the \`*\` in ${quoted(text)} is compared literally`
    add(`/claims${toPointer([name])}`, { code: 'WARN_CONFIG_CLAIM_WILDCARD', message, hints })
  }
}

/** Names under which Entra ID serves every directory; its tokens have the id of one. */
const ENTRA_ALIAS =
  /^https:\/\/(?:login\.microsoftonline\.com|sts\.windows\.net)\/(common|organizations|consumers)\//

/** Only what a provider documents: an alias lets its keys vouch for another name. */
export function checkAliases({ issuer, issuer_aliases: aliases = [] }: IssuerConfig, add: Add): void {
  const known = (Object.hasOwn(KNOWN_ALIASES, issuer ?? '') && KNOWN_ALIASES[issuer ?? '']) || []
  aliases.forEach((alias, i) => {
    if (known.includes(alias)) return
    const message = `${quoted(alias)} is not a documented \`iss\` of this issuer`
    const hints = ['write a separate issuer, with its own `keys`']
    add(`/issuer_aliases/${i}`, { code: 'ERR_CONFIG_VALUE', message, hints })
  })
}
