/** As much of a configuration of another system as can be used, for a conversion. */
import { resolve } from 'node:path'
import { err, ok, type Result } from '../result.ts'
import type { Diagnostic } from './diagnostic.ts'
import {
  loadConfig,
  toLoaded,
  type ConfigFailure,
  type LoadConfigDeps,
  type LoadedConfig,
} from './load-config.ts'
import { readBytes } from './interpolate.ts'
import { parseDocument } from './parse-document.ts'

export interface PartlyLoaded {
  readonly config: LoadedConfig
  /** What is not in it, and why. Empty: nothing is missing. */
  readonly missing: readonly Diagnostic[]
}

/** The same as {@link loadConfig} for what is not refused. A failure: nothing of it can be used. */
export async function loadConfigPartly(
  file: string,
  deps: LoadConfigDeps,
): Promise<Result<PartlyLoaded, ConfigFailure>> {
  const whole = await loadConfig(file, deps)
  if (whole.ok) return ok({ config: whole.value, missing: [] })
  return (await loadPart(file, deps)) ?? err(whole.error)
}

async function loadPart(
  file: string,
  deps: LoadConfigDeps,
): Promise<Result<PartlyLoaded, ConfigFailure> | undefined> {
  // What is wrong with the file, the first reading has reported.
  const bytes = await readBytes(resolve(file), deps)
  if (!bytes.ok) return undefined
  const parsed = parseDocument(bytes.value, file)
  if (!parsed.ok) return undefined
  const foreign = deps.foreignFormats?.find((format) => format.detects(parsed.value.value))
  if (foreign?.translatePartly === undefined) return undefined
  const { document, problems } = (await foreign.include?.(parsed.value, deps)) ?? {
    document: parsed.value,
    problems: [],
  }
  const broken = problems.filter(({ severity }) => severity === 'error')
  const part = await foreign.translatePartly(document, deps.supportedAlgorithms, broken.length === 0)
  if (part === undefined) return undefined
  const config = toLoaded(document, bytes.value, foreign.format, part, new Map())
  return ok({ config, missing: [...broken, ...part.missing] })
}
