/** What the issuers answer, as diagnostics and as a table: for `warder check --online`. */
import { probeSource, type IssuerProbe, type ProbeFault } from './probe-issuer.ts'
import { toDiagnostic, type Diagnostic } from '../../config/diagnostic.ts'
import type { LoadedConfig } from '../../config/load-config.ts'
import { quoted } from '../../printable.ts'
import type { IssuerSettings } from '../../settings/issuer/definition.ts'
import type { KeyDeps } from '../../keys/key-deps.ts'
import { sourcesOf } from '../../keys/key-source.ts'
import { describeUrl } from '../../keys/fetch/remote-url.ts'
import { describeIssuerDifference } from './issuer-difference.ts'
import { formatTable } from '../table.ts'
import { parseUrl } from '../../syntax/parse-url.ts'

/** An issuer of the settings, and what it answered. */
export interface ProbedIssuer {
  /** Its place in the settings. */
  readonly index: number
  /** Which of several key sources was asked; undefined: there is one. */
  readonly part: number | undefined
  readonly settings: IssuerSettings
  readonly probe: IssuerProbe
}

/** Most issuers that are asked at a time. */
const MAX_AT_ONCE = 16
/** In seconds: more than networks add and rounding hides. */
const CLOCK_TOLERANCE_SECONDS = 5

/** Asks every issuer whose keys are on the network, several at a time; a slow one does not delay the others. */
export async function probeIssuers(
  issuers: readonly IssuerSettings[],
  deps: KeyDeps,
): Promise<readonly ProbedIssuer[]> {
  const probed: ProbedIssuer[] = []
  const waiting = issuers.flatMap((settings, index) =>
    sourcesOf(settings.keys).map((source, part) => ({
      settings,
      index,
      source,
      part: settings.keys.kind === 'several' ? part : undefined,
    })),
  )
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { source, ...place } = next
      const probe = await probeSource(source, place.settings.algorithms, deps)
      if (probe !== undefined) probed.push({ ...place, probe })
    }
  }
  await Promise.all(Array.from({ length: MAX_AT_ONCE }, work))
  return probed.sort((a, b) => a.index - b.index || (a.part ?? 0) - (b.part ?? 0))
}

/** Errors for what would deny every token of an issuer, warnings for what is unwise there. */
export function onlineDiagnostics(
  { index, part, settings, probe }: ProbedIssuer,
  config: LoadedConfig,
): readonly Diagnostic[] {
  const found: Diagnostic[] = []
  const { fault, keys, clockOffsetSeconds: offset } = probe
  const add = (code: Diagnostic['code'], where: string, message: string, hints: readonly string[]): void => {
    const at = part === undefined ? where : `keys/${part}`
    const position = config.positionOfSetting(`issuers/${index}/${at}`)
    found.push(toDiagnostic({ code, message: `${settings.name}: ${message}`, hints }, undefined, position))
  }
  const weak = keys?.ignored.filter(({ isUntrusted }) => isUntrusted === true) ?? []
  const listed = (refused: NonNullable<typeof keys>['ignored']): readonly string[] =>
    refused.map(({ kid, why }) => `kid ${kid === undefined ? '–' : quoted(kid)}: ${why}`)
  if (fault?.kind === 'none_usable') add(CODES[fault.kind], 'keys', fault.why, listed(keys?.ignored ?? []))
  else if (fault !== undefined) add(CODES[fault.kind], 'issuer', messageOf(fault), hintsOf(fault, settings))
  if (weak.length > 0 && fault === undefined)
    add('WARN_KEYS_REFUSED', 'issuer', `${weak.length} of its keys must not be trusted`, listed(weak))
  if (offset !== undefined && Math.abs(offset) > CLOCK_TOLERANCE_SECONDS) {
    const hint = 'tokens are judged by the clock of this machine; set both by NTP'
    const message = `its clock differs from that of this machine by ${formatOffset(offset)}`
    add('WARN_KEYS_CLOCK', 'issuer', message, [hint])
  }
  return found
}

const CODES: Readonly<Record<ProbeFault['kind'], Diagnostic['code']>> = {
  unreachable: 'ERR_KEYS_UNREACHABLE',
  invalid: 'ERR_KEYS_ANSWER_INVALID',
  issuer_mismatch: 'ERR_KEYS_ISSUER_MISMATCH',
  none_usable: 'ERR_KEYS_NONE_USABLE',
}

const messageOf = ({ kind, url, why }: ProbeFault): string =>
  kind === 'issuer_mismatch'
    ? 'the issuer is not the one that the provider announces'
    : `${describeUrl(url)}: ${why}`

function hintsOf({ announced }: ProbeFault, { issuer }: IssuerSettings): readonly string[] {
  if (announced === undefined || issuer === null) return []
  return [
    ...describeIssuerDifference(issuer, announced),
    'tokens carry the announced value; every token would be denied (issuer_unknown)',
  ]
}

const HEADINGS = ['ISSUER', 'RESULT', 'METADATA', 'KEYS', 'CLOCK', 'KEY SET']

/** One line per issuer. */
export function formatProbes(probed: readonly ProbedIssuer[]): string {
  const rows = probed.map(({ settings, probe }) => [
    settings.name,
    probe.fault?.kind ?? 'ok',
    probe.metadata === undefined ? '–' : `${probe.metadata.ms} ms`,
    keysText(probe),
    probe.clockOffsetSeconds === undefined ? '–' : formatOffset(probe.clockOffsetSeconds),
    probe.jwks === undefined
      ? '–'
      : `${describeUrl(probe.jwks.url)}${isElsewhere(settings, probe) ? ' (another host)' : ''}`,
  ])
  return probed.length === 0 ? '' : `${formatTable([HEADINGS, ...rows]).join('\n')}\n`
}

/** The same for programs: `online` of `warder.check/v1`. */
export const probeToJson = ({ settings, probe }: ProbedIssuer): Record<string, unknown> => ({
  name: settings.name,
  issuer: settings.issuer,
  ok: probe.fault === undefined,
  source: probe.source,
  metadata: probe.metadata === undefined ? null : shown(probe.metadata),
  jwks: probe.jwks === undefined ? null : { ...shown(probe.jwks), elsewhere: isElsewhere(settings, probe) },
  keys: (probe.keys?.keys ?? []).map((key) => ({
    kid: key.kid ?? null,
    type: key.description,
    algorithms: [...key.verifiers.keys()],
    thumbprint: key.thumbprint,
  })),
  refused: (probe.keys?.ignored ?? []).map(({ kid, why, isUntrusted }) => ({
    kid: kid ?? null,
    why,
    forOthers: isUntrusted !== true,
  })),
  clockOffsetSeconds: probe.clockOffsetSeconds ?? null,
  fault:
    probe.fault === undefined
      ? null
      : { kind: probe.fault.kind, why: probe.fault.why, announced: probe.fault.announced ?? null },
})

const shown = ({ url, ms }: { readonly url: string; readonly ms: number }): Record<string, unknown> => ({
  url: describeUrl(url),
  ms,
})

function keysText({ keys, jwks }: IssuerProbe): string {
  if (keys === undefined || jwks === undefined) return '–'
  const ignored = keys.ignored.length === 0 ? '' : `, ${keys.ignored.length} ignored`
  return `${keys.keys.length} usable${ignored}, ${jwks.ms} ms`
}

function isElsewhere({ issuer }: IssuerSettings, { jwks }: IssuerProbe): boolean {
  const [home, there] = [parseUrl(issuer ?? ''), parseUrl(jwks?.url ?? '')]
  return home !== null && there !== null && home.host !== '' && home.host !== there.host
}

const formatOffset = (seconds: number): string => `${seconds > 0 ? '+' : ''}${seconds} s`
