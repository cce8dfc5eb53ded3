/** Settings of the log. */
import { optional, section, withDefault } from '../kinds/section.ts'
import { count, word } from '../kinds/values.ts'

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
  denials_per_second: withDefault(
    count(0, 1_000_000),
    100,
    'Most lines a second about denials of one reason, or about one fault of the gateway. The first of each kind and client has a line in any case; [the rest is counted](log.md#floods).',
  ),
})
