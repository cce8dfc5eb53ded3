/** A configuration of another system → the text of the `warder.yaml` that does the same. */
import { basename } from 'node:path'
import type { Diagnostic } from '../config/diagnostic.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import { renderConfig, type ConfigComment } from '../config/show-config.ts'
import type { ErrorCode } from '../errors.ts'

/** Where in the issuer the relaxation that a warning is about is written. */
const WRITTEN_AT: Readonly<Partial<Record<ErrorCode, readonly string[]>>> = {
  WARN_COMPAT_ISSUER_UNCHECKED: ['issuer'],
  WARN_COMPAT_AUDIENCE_UNCHECKED: ['audience'],
  WARN_COMPAT_EXP_OPTIONAL: ['allow_missing_exp'],
  WARN_COMPAT_SECRET_SHORT: ['keys', 'allow_short_secret'],
  WARN_COMPAT_HTTP: ['keys', 'allow_http'],
  WARN_COMPAT_DEBUG: ['name'],
}

/**
 * Every warning is a comment beside the line that it is about. A shared key is written as it was, because the
 * result replaces the file that holds it already.
 *
 * @param missing What could not be converted: a line each, marked TODO.
 */
export const convertConfig = (config: LoadedConfig, missing: readonly Diagnostic[] = []): string =>
  renderConfig(config.settings, { secrets: 'plain', defaults: 'omitted' }, [
    ...missing.map(toTodo),
    ...(missing.length === 0 ? [] : [mendFirst(config.source.file)]),
    ...config.warnings.map((warning) => toComment(warning, config)),
  ])

/** What is not in the result. At the top, because it has no line in the result. */
function toTodo({ code, message, position, label, hints }: Diagnostic): ConfigComment {
  const place = position === undefined ? '' : ` (${basename(position.file)}:${position.line})`
  const more = [...(label === undefined ? [] : [label]), ...hints.slice(0, 1)].map((text) => `; ${text}`)
  return { path: [], text: `TODO ${code}: ${message}${place}${more.join('')}` }
}

const mendFirst = (file: string): ConfigComment => ({
  path: [],
  text: `correct these mistakes in ${basename(file)} and convert it again; until then, everything they affect is denied`,
})

/** The issuer that a client became: not every client did, if some have mistakes. */
function issuerOf(client: string, config: LoadedConfig): number {
  const { line, column } = config.positionOf(`/clients/${client}`)
  return config.settings.issuers.findIndex((_, i) => {
    const place = config.positionOfSetting(`issuers/${i}`)
    return place.line === line && place.column === column
  })
}

function toComment({ code, message, pointer, position }: Diagnostic, config: LoadedConfig): ConfigComment {
  const text = `${code}: ${message}`
  // What has no line of its own in the result is told at its beginning, with the line that it had.
  const above = position === undefined ? text : `${text} (${basename(position.file)}:${position.line})`
  const client = /^\/clients\/(\d+)/.exec(pointer ?? '')?.[1]
  if (code === 'WARN_COMPAT_EXPOSED') return { path: ['listen', 'decisions'], text }
  if (client === undefined) return { path: [], text: above }
  return { path: ['issuers', issuerOf(client, config), ...(WRITTEN_AT[code] ?? [])], text }
}
