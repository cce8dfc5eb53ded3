/** Where spans of decisions and exchanges go, and how many. */
import { z } from 'zod'
import { mapOf } from '../kinds/collections.ts'
import { parsedBy, plain, type Kind, type Value } from '../kinds/kind.ts'
import { optional, required, section, withDefault } from '../kinds/section.ts'
import { count, duration, file, secretText, text, url, word } from '../kinds/values.ts'
import { parseCollectorUrl } from '../values/collector-url.ts'
import { parseFieldValue, parseRequestHeader } from '../values/reach-texts.ts'
import { parseRatio, parseServiceName } from '../values/tracing-texts.ts'

/** As a string of digits too, because `${NAME}` yields strings. */
const ratio: Kind<number, number, ''> = plain(
  parsedBy(z.union([z.string(), z.number()]), (value) => parseRatio(String(value))),
  'number, 0 to 1',
)

export const TRACING = section({
  endpoint: required(
    { ...text('URL', parseCollectorUrl), write: url().write },
    'Collector that receives spans by OTLP over HTTP, in JSON. A URL without a path stands for `/v1/traces` there.',
  ),
  sample_ratio: withDefault(
    ratio,
    1,
    'Share of the traces that begin in Warder and are recorded. A trace that a caller began is recorded if the caller records it.',
  ),
  traces_per_second: withDefault(
    count(1, 100_000),
    100,
    'Most requests a second that are recorded because their caller records them, and as many of those whose trace begins here.',
  ),
  trust: withDefault(
    word('proxies', 'all', 'none'),
    'proxies',
    'Whose traces are continued: `proxies`, those of callers of the decision listeners, and in the gateway of `trusted_proxies` alone; `all`, those of every client too; `none`, so that every trace begins in Warder.',
  ),
  headers: optional(
    mapOf(text('header name', parseRequestHeader), secretText(parseFieldValue)),
    'Extra headers of the requests to the collector. Their values are secrets, best written as `${file:…}` or `${NAME}`.',
  ),
  ca_file: optional(
    file(),
    "PEM certificates that the collector's certificate must chain to; read again for each request.",
    { absent: "the system's authorities" },
  ),
  service_name: withDefault(
    text('text, visible ASCII', parseServiceName),
    'warder',
    '`service.name` of the spans.',
  ),
  timeout: withDefault(duration(100, 60_000), '5s', 'Deadline of a request to the collector.'),
})

export type TracingSettings = Value<typeof TRACING>
