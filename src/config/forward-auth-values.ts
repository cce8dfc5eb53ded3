/** The auth service of a route: checked configuration → settings, and the way back. */
import { resolve } from 'node:path'
import type { ForwardAuthSettings, MappedAnswerHeader } from '../settings/forward-auth/definition.ts'
import type { RouteSettings } from '../settings/route/definition.ts'
import { formatByteSize } from '../settings/values/byte-size.ts'
import { compact, escape, mapDefined, unlessDefault, unlessEmpty, writeUrl } from './config-value.ts'
import type { ConfigValueOptions, Value } from './config-value.ts'
import { formatDuration } from '../settings/values/duration.ts'
import type { Located } from '../settings/problem.ts'
import { judgesOf } from './route-judges.ts'
import type { ForwardAuthConfig } from './schema-forward-auth.ts'
import type { LocatedProblem } from '../settings/problem.ts'
import { toPointer } from './json-pointer.ts'
import { DEFAULT_AUTH_CACHE_ENTRIES, DEFAULT_FORWARD_AUTH } from './setting-defaults.ts'

/** @param directory Absolute; what file names are relative to. */
export function toForwardAuth(auth: ForwardAuthConfig, directory: string): ForwardAuthSettings {
  const lower = (names: readonly string[]): readonly string[] => names.map((name) => name.toLowerCase())
  return {
    ...auth.url,
    requiredHeaders: lower(auth.required_headers ?? []),
    headers: toMapped(auth.headers),
    params: toMapped(auth.params),
    allowStatus: auth.allow_status ?? DEFAULT_FORWARD_AUTH.allowStatus,
    sendHeaders: mapDefined(auth.send_headers, lower) ?? DEFAULT_FORWARD_AUTH.sendHeaders,
    timeoutMs: auth.timeout ?? DEFAULT_FORWARD_AUTH.timeoutMs,
    maxAnswerBytes: auth.max_answer ?? DEFAULT_FORWARD_AUTH.maxAnswerBytes,
    answerCookies: auth.answer_cookies ?? [],
    ...(auth.ca_file === undefined ? {} : { caFile: resolve(directory, auth.ca_file) }),
    ...(auth.sign_in === undefined ? {} : { signIn: auth.sign_in }),
    ...(auth.cache === undefined
      ? {}
      : {
          cache: { entries: auth.cache.entries ?? DEFAULT_AUTH_CACHE_ENTRIES, ttlMs: auth.cache.ttl },
        }),
  }
}

const toMapped = (mapped: Readonly<Record<string, string>> = {}): readonly MappedAnswerHeader[] =>
  Object.entries(mapped).map(([from, to]) => ({ from: from.toLowerCase(), to }))

export function fromForwardAuth(auth: ForwardAuthSettings, options: ConfigValueOptions): Value {
  const unless = unlessDefault(options)
  const { allowStatus, timeoutMs, maxAnswerBytes } = DEFAULT_FORWARD_AUTH
  return compact({
    url: writeUrl(auth.url, options),
    required_headers: unlessEmpty(auth.requiredHeaders),
    headers: unlessEmpty(fromMapped(auth.headers)),
    params: unlessEmpty(fromMapped(auth.params)),
    allow_status: unless(auth.allowStatus, allowStatus),
    send_headers: auth.sendHeaders === 'all' ? undefined : auth.sendHeaders,
    timeout: mapDefined(unless(auth.timeoutMs, timeoutMs), formatDuration),
    max_answer: mapDefined(unless(auth.maxAnswerBytes, maxAnswerBytes), formatByteSize),
    ca_file: mapDefined(auth.caFile, escape),
    sign_in: mapDefined(auth.signIn, escape),
    answer_cookies: unlessEmpty(auth.answerCookies),
    cache: mapDefined(auth.cache, (cache) =>
      compact({
        ttl: formatDuration(cache.ttlMs),
        entries: unless(cache.entries, DEFAULT_AUTH_CACHE_ENTRIES),
      }),
    ),
  })
}

const fromMapped = (mapped: readonly MappedAnswerHeader[]): Value =>
  Object.fromEntries(mapped.map(({ from, to }) => [from, escape(to)]))

/** Two answer headers for one target: which of them counts would be chance. */
export function checkForwardAuth({ pointer, value }: Located<ForwardAuthConfig>): readonly LocatedProblem[] {
  return (['headers', 'params'] as const).flatMap((key) => {
    const seen = new Set<string>()
    return Object.entries(value[key] ?? {}).flatMap(([from, to]): readonly LocatedProblem[] => {
      const target = to.toLowerCase().replaceAll(/[^a-z0-9]/g, '-')
      const isTwice = seen.has(target)
      seen.add(target)
      if (!isTwice) return []
      const at = `${pointer}/${key}${toPointer([from])}`
      const message = `"${to}" is set by another answer header already`
      return [{ pointer: at, problem: { code: 'ERR_CONFIG_DUPLICATE_NAME', message } }]
    })
  })
}

/** The files of authorities that auth services are known by. */
export const authCaFiles = (routes: readonly RouteSettings[]): readonly string[] =>
  routes
    .flatMap(({ access }) => judgesOf(access))
    .flatMap((judge) =>
      judge.kind === 'forward_auth' && judge.forwardAuth.caFile !== undefined
        ? [judge.forwardAuth.caFile]
        : [],
    )
