/** Settings of the log. */
import { optional, section, withDefault } from '../kinds/section.ts'
import { count, secretText, word } from '../kinds/values.ts'
import { refuse, type Problem } from '../problem.ts'
import { ok, type Result } from '../../result.ts'

/** With a shorter key, somebody who has the log could try them all, and with them the names of all users. */
const LEAST_KEY_LENGTH = 16

function parseIdentityKey(value: string): Result<string, Problem> {
  if (value.length >= LEAST_KEY_LENGTH) return ok(value)
  const hint = 'generate one with `openssl rand -hex 32`'
  return refuse('ERR_CONFIG_SECRET_SHORT', `the key is shorter than ${LEAST_KEY_LENGTH} characters`, hint)
}

export const LOG = section({
  format: optional(
    word('json', 'logfmt', 'text', 'ecs'),
    'Form of a line: [JSON](log.md#json), [logfmt](log.md#logfmt), [text](log.md#text) for people, or [JSON with the field names of ECS](log.md#ecs). A reload changes it.',
    { absent: '`text` on a terminal, else `json`' },
  ),
  allows: withDefault(
    word('none', 'sampled', 'all'),
    'none',
    'Which allowed requests have a line: `sampled` writes 10 a second of each reason, and the first of each route, policy, issuer and client beyond; [the rest is counted](log.md#allowed-requests). `access_log` of a gateway listener is independent of it.',
  ),
  identity: withDefault(
    word('none', 'hashed', 'plain'),
    'none',
    'Whether lines about genuine tokens name their `sub`, `client_id` (or `azp`) and `jti`: not at all, as [keyed hashes](log.md#identity), or as they are.',
  ),
  identity_key: optional(
    secretText(parseIdentityKey),
    'Key of the hashes: with the same key, a person has the same hash after a restart and on another machine. Best written as `${file:…}` or `${NAME}`.',
    { absent: 'a random key for each start', beside: ['identity'] },
  ),
  denials_per_second: withDefault(
    count(0, 1_000_000),
    100,
    'Most lines a second about denials of one reason, or about one fault of the gateway. The first of each kind and client has a line in any case; [the rest is counted](log.md#floods).',
  ),
})
