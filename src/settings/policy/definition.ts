/** Settings of a policy: what is asked of a token, and the headers that it yields. */
import type { z } from 'zod'
import { ok } from '../../result.ts'
import { CLAIM_RULE } from '../claim-rule/definition.ts'
import { listByName, listOf, shorthand, texts } from '../kinds/collections.ts'
import type { Checked, Kind, Value } from '../kinds/kind.ts'
import { optional, required, section, withDefault } from '../kinds/section.ts'
import { size, text, word } from '../kinds/values.ts'
import { TOKEN_SOURCE } from '../token-source/definition.ts'
import { parseIdentityHeader } from '../values/header-names.ts'
import { checkClaimPath, parseScope } from '../values/texts.ts'

/** A claim of a verified token as a header that an application can trust. */
const IDENTITY = section({
  claim: required(text('claim path', checkClaimPath), 'Path of the claim.'),
  arrays: withDefault(word('csv', 'json'), 'csv', 'How lists are written.'),
  encoding: withDefault(
    word('percent', 'base64url'),
    'percent',
    'How characters outside visible ASCII are encoded.',
  ),
  // Half of what nginx reads of an upstream's header block.
  max_bytes: withDefault(
    size(1, 16 * 1024),
    '4KiB',
    'Longest value; a longer one is denied, never truncated.',
  ),
})

/** Scopes of one string: `orders:read orders:write` are two. */
const scopes: Kind<readonly string[], readonly string[], ''> = {
  ...texts('list, or one text with spaces between them'),
  schema: texts('list', { parse: ok })
    .schema.transform((lists) => lists.flatMap((list) => list.split(' ').filter((scope) => scope !== '')))
    .pipe(listOf(text('scope', parseScope)).schema as z.ZodType<readonly string[], string[]>),
}

export const POLICY = section(
  {
    issuers: optional(texts('list of names'), 'Names of the accepted issuers.', { absent: 'all' }),
    token_sources: optional(listOf(TOKEN_SOURCE), 'Where Warder looks for the token.', {
      absent: 'those of the top level',
    }),
    scope: withDefault(scopes, [], 'Scopes that the token must all have.'),
    scope_any: withDefault(scopes, [], 'Scopes of which the token must have at least one.'),
    claims: withDefault(
      listByName('path', text('claim path', checkClaimPath), CLAIM_RULE),
      {},
      'Rules by claim path, each a value or a map of operators; all must hold.',
    ),
    identity: withDefault(
      listByName(
        'name',
        text('header name', parseIdentityHeader),
        shorthand(text('claim path', checkClaimPath), IDENTITY, (claim) => ({ claim }), 'claim'),
      ),
      {},
      'Headers for the application, by name, each a claim path or a map of options.',
    ),
  },
  'Requirements on a verified token, and the identity headers it yields.',
)

export type PolicyConfig = Checked<typeof POLICY>

/** With `issuers` absent every configured issuer is accepted; without `tokenSources` those of the top level count. */
export interface PolicySettings extends Value<typeof POLICY> {
  readonly name: string
}

export interface IdentityHeaderSettings extends Value<typeof IDENTITY> {
  /** As written by the operator, e.g. `X-Auth-Subject`. */
  readonly name: string
}
