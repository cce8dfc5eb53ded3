/** Who may use the admin listener, and how it is reached. */
import { refuse, type Problem } from '../problem.ts'
import { ok, type Result } from '../../result.ts'
import { listOf } from '../kinds/collections.ts'
import type { Checked, Value } from '../kinds/kind.ts'
import { optional, required, section, withDefault } from '../kinds/section.ts'
import { count, secretText, text, word } from '../kinds/values.ts'
import { listenerTls } from '../listener/definition.ts'
import { parseName } from '../values/texts.ts'

/** Shorter ones could be guessed, although wrong ones are slowed down. */
const LEAST_LENGTH = 16
const MOST_LENGTH = 512
/** What is sent behind `Bearer ` (RFC 6750 §2.1 has less; other programs generate more). */
const VISIBLE = /^[\x21-\x7e]*$/

function parseAdminToken(value: string): Result<string, Problem> {
  const hint = 'generate one with `openssl rand -hex 32`'
  if (value.length < LEAST_LENGTH)
    return refuse('ERR_CONFIG_ADMIN_TOKEN', `the token is shorter than ${LEAST_LENGTH} characters`, hint)
  if (value.length > MOST_LENGTH)
    return refuse('ERR_CONFIG_ADMIN_TOKEN', `the token is longer than ${MOST_LENGTH} characters`, hint)
  if (VISIBLE.test(value)) return ok(value)
  const message = 'the token has characters that no header can carry: spaces, line ends, or others than ASCII'
  return refuse('ERR_CONFIG_ADMIN_TOKEN', message, 'write only the token into its file, without a line end')
}

const TOKEN = section(
  {
    name: required(text('name', parseName), 'Name of who has the token; it is in the log, the token is not.'),
    token: required(
      secretText(parseAdminToken),
      'At least 16 characters, as they are sent: `Authorization: Bearer …`. Best written as `${file:…}` or `${NAME}`.',
    ),
    rights: withDefault(
      word('read', 'change'),
      'read',
      '`read` looks at everything; `change` also reloads the configuration and refreshes keys.',
    ),
  },
  'A token of the admin listener. While a token is replaced, list the old and the new one.',
)

const TLS = listenerTls(
  'Authorities of client certificates, in PEM; with it, every client needs a certificate that one of them has signed, also for `/livez`.',
)

export const ADMIN = section({
  tokens: withDefault(
    listOf(TOKEN, 'list of tokens'),
    [],
    'Tokens of the admin listener. With any, every request needs one, also on this machine, except those for `/livez`, `/readyz` and the pages of the console.',
    { absent: 'none: everybody who reaches the listener on this machine may do everything' },
  ),
  tls: optional(TLS, 'TLS of the admin listener; the files are read again when they change.', {
    absent: 'none: plain HTTP',
  }),
  client_certificates: optional(
    word('read', 'change'),
    'Right of every client with a certificate of `client_ca_file`, without a token.',
    { absent: 'none: a certificate gives no right', beside: ['tls'] },
  ),
  recent_decisions: withDefault(
    count(0, 100_000),
    2_000,
    'Most decisions that each process keeps, [each with its steps](admin-api.md#recent-decisions) and at 4 KiB on average; `0` keeps none.',
  ),
})

export type AdminConfig = Checked<typeof ADMIN>
export type AdminSettings = Value<typeof ADMIN>
