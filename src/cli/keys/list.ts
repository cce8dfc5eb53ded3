/** `warder keys list`: the keys in force, and those that were offered and refused. */
import { reportKeys, type IssuerKeysReport } from '../../admin/keys-report.ts'
import { printable, quoted } from '../../printable.ts'
import { WarderError } from '../../errors.ts'
import { askAdmin, parseAdminTarget } from '../ask-admin.ts'
import { writeJson, type Cli } from '../cli.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { withKeys } from '../open-instance.ts'
import { createPaint } from '../paint.ts'
import { readKeysReport } from './read-report.ts'
import { formatTable } from '../table.ts'
import { excludeEachOther, unknownName } from '../usage-error.ts'

export interface KeysListOptions {
  readonly config?: string
  readonly issuer?: string
  readonly server?: string
  readonly json?: true
}

/** Longest wait for a running Warder, in milliseconds. */
const ASK_TIMEOUT_MS = 5_000

export async function runKeysList(cli: Cli, options: KeysListOptions): Promise<ExitCode> {
  const { config, server } = options
  if (server === undefined)
    return withKeys(cli, config, ({ guard }) => show(cli, reportKeys(guard.issuers), options))
  if (config !== undefined) throw excludeEachOther('--server', '--config')
  return show(cli, await askForKeys(server), options)
}

async function askForKeys(server: string): Promise<readonly IssuerKeysReport[]> {
  const { status, text } = await askAdmin(
    '--server',
    parseAdminTarget('--server', server),
    '/v1/keys',
    ASK_TIMEOUT_MS,
  )
  const issuers = status === 200 ? readKeysReport(text) : undefined
  if (issuers !== undefined) return issuers
  throw new WarderError(
    'ERR_CLI_UNREACHABLE',
    `${server}: status ${status}, and the answer is not a list of keys`,
    {
      hints: ['name the admin listener, by default http://127.0.0.1:9181, and not that for decisions'],
    },
  )
}

function show(cli: Cli, all: readonly IssuerKeysReport[], { issuer, json }: KeysListOptions): ExitCode {
  const issuers = select(all, issuer)
  if (json === true) writeJson(cli, 'warder.keys/v1', { issuers })
  else cli.stdout.write(format(issuers))
  const empty = issuers.filter(({ state }) => state === 'empty' || state === 'expired')
  const paint = createPaint(cli.colour.stderr)
  for (const { name, source, lastError } of empty) {
    const why = printable(lastError ?? 'the first load has not ended')
    cli.stderr.write(`${paint('red', 'no keys')}: issuer ${name}, ${printable(source)}: ${why}\n`)
  }
  return empty.length === 0 ? EXIT.ok : EXIT.unreachable
}

function select(issuers: readonly IssuerKeysReport[], name: string | undefined): readonly IssuerKeysReport[] {
  if (name === undefined) return issuers
  const found = issuers.filter((issuer) => issuer.name === name)
  if (found.length > 0) return found
  throw unknownName(
    '--issuer',
    'issuer',
    'issuers',
    name,
    issuers.map((issuer) => issuer.name),
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
  'LAST SEEN',
  'LAST USED',
]

function format(issuers: readonly IssuerKeysReport[]): string {
  const rows = issuers.flatMap(({ name, state, loadedAt, keys }) =>
    keys.map((key) => [
      name,
      key.kid ?? '–',
      key.type ?? '–',
      key.algorithms.join(' ') || '–',
      key.thumbprint ?? '–',
      key.inForce ? state : 'gone',
      loadedAt ?? '–',
      key.firstSeen ?? '–',
      key.lastSeen ?? '–',
      key.lastUsed ?? '–',
    ]),
  )
  const ignored = issuers.flatMap(({ name, ignored }) =>
    ignored.map(
      ({ kid, why }) => `ignored  ${printable(`${name}: kid ${kid === null ? '–' : quoted(kid)}: ${why}`)}`,
    ),
  )
  return `${[...formatTable([HEADINGS, ...rows]), ...ignored].join('\n')}\n`
}
