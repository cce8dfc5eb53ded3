/** `warder keys list`: the keys in force, and those that were offered and refused. */
import { quoted, printable } from '../config/printable.ts'
import { suggestion } from '../config/suggest.ts'
import type { Issuer } from '../jwt/issuer.ts'
import type { KeySourceStatus } from '../keys/key-source.ts'
import { writeJson, type Cli } from './cli.ts'
import type { KeysListOptions } from './commands/keys.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { withKeys } from './open-instance.ts'
import { createPaint } from './paint.ts'
import { formatTable } from './table.ts'
import { formatTime } from './times.ts'
import { usageError } from './usage-error.ts'

interface IssuerKeys {
  readonly issuer: string
  readonly status: KeySourceStatus
}

export async function runKeysList(cli: Cli, options: KeysListOptions): Promise<ExitCode> {
  return withKeys(cli, options.config, ({ guard }) => {
    const issuers = select(guard.issuers, options.issuer).map(({ settings, keys }) => ({
      issuer: settings.name,
      status: keys.status(),
    }))
    if (options.json === true) writeJson(cli, 'warder.keys/v1', { issuers: issuers.map(toJson) })
    else cli.stdout.write(format(issuers))
    const empty = issuers.filter(({ status }) => status.state === 'empty' || status.state === 'expired')
    const paint = createPaint(cli.colour.stderr)
    for (const { issuer, status } of empty) {
      const why = printable(status.lastError ?? 'the first load has not ended')
      cli.stderr.write(
        `${paint('red', 'no keys')}: issuer ${issuer}, ${printable(status.description)}: ${why}\n`,
      )
    }
    return empty.length === 0 ? EXIT.ok : EXIT.unreachable
  })
}

function select(issuers: readonly Issuer[], name: string | undefined): readonly Issuer[] {
  if (name === undefined) return issuers
  const found = issuers.filter(({ settings }) => settings.name === name)
  if (found.length > 0) return found
  const names = issuers.map(({ settings }) => settings.name)
  const { label } = suggestion(name, names)
  throw usageError(
    `--issuer: there is no issuer ${quoted(name)}`,
    ...(label === undefined ? [] : [label]),
    `issuers: ${names.join(', ')}`,
  )
}

const HEADINGS = [
  'ISSUER',
  'KID',
  'TYPE',
  'ALGORITHMS',
  'THUMBPRINT',
  'STATE',
  'LOADED',
  'FIRST SEEN',
  'LAST USED',
]

function format(issuers: readonly IssuerKeys[]): string {
  const rows = issuers.flatMap(({ issuer, status }) =>
    status.keys.map(({ kid, description, verifiers, thumbprint }, i) => [
      issuer,
      kid ?? '–',
      description,
      [...verifiers.keys()].join(' '),
      // The stand-in of a secret is another one in each process.
      description.startsWith('HMAC') ? '–' : thumbprint,
      status.state,
      loadedAt(status) ?? '–',
      // The keys in force come first, in the same order.
      timeOf(status.history[i]?.firstSeenMs) ?? '–',
      timeOf(status.history[i]?.lastUsedMs) ?? '–',
    ]),
  )
  const ignored = issuers.flatMap(({ issuer, status }) =>
    status.ignored.map(
      ({ kid, why }) =>
        `ignored  ${printable(`${issuer}: kid ${kid === undefined ? '–' : quoted(kid)}: ${why}`)}`,
    ),
  )
  return `${[...formatTable([HEADINGS, ...rows]), ...ignored].join('\n')}\n`
}

function toJson({ issuer, status }: IssuerKeys): Record<string, unknown> {
  const { description, state, keys, ignored, lastError, history, loading } = status
  return {
    name: issuer,
    source: description,
    state,
    loadedAt: loadedAt(status) ?? null,
    lastError: lastError ?? null,
    origin: loading?.origin ?? null,
    keys: keys.map((key, i) => ({
      kid: key.kid ?? null,
      type: key.description,
      algorithms: [...key.verifiers.keys()],
      thumbprint: key.description.startsWith('HMAC') ? null : key.thumbprint,
      firstSeen: timeOf(history[i]?.firstSeenMs) ?? null,
      lastUsed: timeOf(history[i]?.lastUsedMs) ?? null,
    })),
    ignored: ignored.map(({ kid, why }) => ({ kid: kid ?? null, why })),
  }
}

const loadedAt = ({ loadedAtMs }: KeySourceStatus): string | undefined => timeOf(loadedAtMs)

const timeOf = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : formatTime(ms))
