/** Who may ask the decision listener. */
import { oneOrMore, texts } from '../kinds/collections.ts'
import { refined, type Checked } from '../kinds/kind.ts'
import { optional, section } from '../kinds/section.ts'
import { secretText, text } from '../kinds/values.ts'
import { refuse, type Problem } from '../problem.ts'
import { parseTrustedProxy } from '../values/network.ts'
import { parseFieldValue } from '../values/reach-texts.ts'
import { parseToken } from '../values/texts.ts'
import type { Result } from '../../result.ts'

/** Short ones are guessed: nothing bounds how often somebody asks. */
const LEAST_LENGTH = 16

function parseCallerSecret(value: string): Result<string, Problem> {
  if (value.length >= LEAST_LENGTH) return parseFieldValue(value)
  const hint = 'generate one with `openssl rand -hex 32`'
  return refuse('ERR_CONFIG_SECRET_SHORT', `the secret is shorter than ${LEAST_LENGTH} characters`, hint)
}

/** What the proxy sends to be known. */
export interface CallerSecret {
  /** As written. */
  readonly header: string
  /** One is enough. */
  readonly values: readonly string[]
}

/** Both must be met if both are there. */
export interface TrustedCallerSettings {
  readonly from?: readonly string[]
  readonly secret?: CallerSecret
}

const SECRET_HEADER = 'X-Warder-Secret'

const WORDS = section(
  {
    from: optional(
      texts('list of addresses and networks', { parse: parseTrustedProxy }),
      'Addresses, networks and `unix`, as the decisions listener sees them: of the proxy, not of its clients.',
    ),
    secret: optional(
      oneOrMore(secretText(parseCallerSecret), 'text, or a list of them'),
      'Value that the proxy sends in `header`, or a list of them while it changes. Best written as `${file:…}` or `${NAME}`.',
    ),
    header: optional(text('header name', parseToken), 'Header with the secret.', {
      absent: `\`${SECRET_HEADER}\``,
      beside: ['secret'],
    }),
  },
  'A caller that may ask for decisions, by all that the entry names.',
)

export type TrustedCallerConfig = Checked<typeof WORDS>

export const TRUSTED_CALLER = refined(
  WORDS,
  ({ from, secret, header = SECRET_HEADER }): TrustedCallerSettings => ({
    ...(from && { from }),
    ...(secret && { secret: { header, values: secret } }),
  }),
  ({ secret, ...rest }) => ({ ...rest, ...(secret && { secret: secret.values, header: secret.header }) }),
)
