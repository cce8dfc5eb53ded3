/** The claims of a token that `token mint` makes. */
import { parseDuration } from '../../settings/values/duration.ts'
import type { IssuerSettings } from '../../settings/issuer/definition.ts'
import { parseStrictJson } from '../../strict-json.ts'
import { usageError } from '../usage-error.ts'

/** The flags of `token mint` that are about claims. */
export interface ClaimFlags {
  readonly iss?: string
  readonly aud?: readonly string[]
  readonly sub?: string
  readonly scope?: string
  readonly expires: string
  readonly claim?: readonly string[]
}

/**
 * Claims from flags, over those that the issuer's settings ask for. `--claim` has the last word.
 *
 * @throws WarderError ERR_CLI_USAGE
 */
export function mintedClaims(
  options: ClaimFlags,
  issuer: IssuerSettings | undefined,
  nowMs: number,
): Readonly<Record<string, unknown>> {
  const now = Math.floor(nowMs / 1000)
  const audience = options.aud ?? issuer?.audience ?? []
  const members: readonly (readonly [string, unknown])[] = [
    // The tenant of a template is not known.
    ['iss', options.iss ?? (issuer?.anyTenant === undefined ? issuer?.issuer : undefined) ?? undefined],
    ['sub', options.sub],
    ['aud', audience.length > 1 ? audience : audience[0]],
    ['iat', now],
    ['exp', now + lifetimeSeconds(options.expires)],
    [issuer?.scopeClaims?.[0] ?? 'scope', options.scope],
    ...(options.claim ?? []).map(parseClaim),
  ]
  return Object.fromEntries(members.filter(([, value]) => value !== undefined))
}

function lifetimeSeconds(text: string): number {
  const ms = parseDuration(text)
  if (ms.ok) return Math.floor(ms.value / 1000)
  throw usageError(`--expires: ${ms.error.message}`, ...(ms.error.hints ?? []))
}

function parseClaim(text: string): readonly [string, unknown] {
  const equals = text.indexOf('=')
  const hint = `write --claim 'name=json': --claim admin=true --claim 'tenant="acme"' --claim 'roles=["clerk"]'`
  if (equals < 1) throw usageError('--claim: no name and value', hint)
  const value = parseStrictJson(text.slice(equals + 1))
  if (value.ok) return [text.slice(0, equals), value.value]
  throw usageError(`--claim: the value cannot be used: ${value.error}; text needs quotes`, hint)
}
