/** What a route says about other origins: checked configuration → settings, the way back, and what makes no sense. */
import type { CorsSettings } from '../settings/cors/definition.ts'
import { compact, mapDefined, unlessDefault } from './config-value.ts'
import type { ConfigValueOptions, Value } from './config-value.ts'
import { formatDuration } from '../settings/values/duration.ts'
import type { ConfigParts } from './read-config.ts'
import type { CorsConfig } from './schema-cors.ts'
import type { LocatedProblem } from '../settings/problem.ts'
import { DEFAULT_CORS } from './setting-defaults.ts'

/** @param routeMethods Empty: any. */
export const toCors = (cors: CorsConfig, routeMethods: readonly string[]): CorsSettings => ({
  origins: [...new Set(cors.origins)],
  methods: cors.methods ?? defaultMethods(routeMethods),
  headers: cors.headers ?? DEFAULT_CORS.headers,
  expose: cors.expose ?? DEFAULT_CORS.expose,
  credentials: cors.credentials ?? DEFAULT_CORS.credentials,
  maxAgeMs: cors.max_age ?? DEFAULT_CORS.maxAgeMs,
})

const defaultMethods = (routeMethods: readonly string[]): readonly string[] =>
  routeMethods.length === 0 ? DEFAULT_CORS.methods : routeMethods

export function fromCors(
  cors: CorsSettings,
  routeMethods: readonly string[],
  options: ConfigValueOptions,
): Value {
  const unless = unlessDefault(options)
  return compact({
    origins: cors.origins,
    methods: unless(cors.methods, defaultMethods(routeMethods)),
    headers: unless(cors.headers, DEFAULT_CORS.headers),
    expose: unless(cors.expose, DEFAULT_CORS.expose),
    credentials: unless(cors.credentials, DEFAULT_CORS.credentials),
    max_age: mapDefined(unless(cors.maxAgeMs, DEFAULT_CORS.maxAgeMs), formatDuration),
  })
}

export function checkCors({ routes }: ConfigParts): readonly LocatedProblem[] {
  return routes.flatMap(({ pointer, value: { cors, upstream } }): readonly LocatedProblem[] => {
    if (cors === undefined) return []
    if (upstream === undefined) {
      const message = '`cors` has an effect beside `upstream` only'
      return [
        { pointer: `${pointer}/cors`, atKey: true, problem: { code: 'ERR_CONFIG_USELESS_KEY', message } },
      ]
    }
    if (!cors.origins.includes('*')) return []
    if (cors.credentials === true) {
      const message = '`*` with `credentials`: every page that a user opens could act in their name'
      const hints = ['name the origins that may']
      return [
        { pointer: `${pointer}/cors/credentials`, problem: { code: 'ERR_CONFIG_VALUE', message, hints } },
      ]
    }
    if (cors.origins.length === 1) return []
    const message = 'origins beside `*`, which is all of them'
    return [{ pointer: `${pointer}/cors/origins`, problem: { code: 'ERR_CONFIG_VALUE', message } }]
  })
}
