/** `warder keys list`: the keys in force, and those that were offered and refused. */
import { reportKeys, type IssuerKeysReport } from '../../admin/keys-report.ts'
import { printable, quoted } from '../../printable.ts'
import { WarderError } from '../../errors.ts'
import { isJsonObject, type JsonObject } from '../../strict-json.ts'
import { writeResult, type Cli } from '../cli.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { withKeys } from '../open-instance.ts'
import { createPaint } from '../paint.ts'
import type { AdminOptions } from '../running/admin-flags.ts'
import { withAdmin, type AdminTarget } from '../running/admin-target.ts'
import { askJson } from '../running/ask-json.ts'
import { formatTable } from '../table.ts'
import { excludeEachOther, unknownName } from '../usage-error.ts'

export interface KeysListOptions extends AdminOptions {
  readonly issuer?: string
}

export async function runKeysList(cli: Cli, options: KeysListOptions): Promise<ExitCode> {
  const { config, server } = options
  if (server === undefined)
    return withKeys(cli, config, ({ guard }) => show(cli, reportKeys(guard.issuers), options))
  if (config !== undefined) throw excludeEachOther('--server', '--config')
  return withAdmin(cli, options, async (admin) => show(cli, await askForKeys(admin), options))
}

async function askForKeys(admin: AdminTarget): Promise<readonly IssuerKeysReport[]> {
  const { members } = await askJson(admin, { method: 'GET', path: '/v1/keys', schema: 'warder.keys/v1' })
  const issuers = readKeysReport(members)
  if (issuers !== undefined) return issuers
  throw new WarderError('ERR_CLI_UNREACHABLE', `${admin.where}: the answer is not a list of keys`, {
    hints: [`name the admin listener, by default http://127.0.0.1:9181: ${admin.flag} URL`],
  })
}

function show(cli: Cli, all: readonly IssuerKeysReport[], { issuer }: KeysListOptions): ExitCode {
  const issuers = select(all, issuer)
  writeResult(cli, 'warder.keys/v1', { issuers }, () => format(issuers))
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
  const known = issuers.map((issuer) => issuer.name)
  throw unknownName('--issuer', 'issuer', 'issuers', name, known)
}

type Key = IssuerKeysReport['keys'][number]

/** The columns of the table; a value that is not known is a dash. */
const COLUMNS: Readonly<Record<string, (key: Key, issuer: IssuerKeysReport) => string | null | undefined>> = {
  ISSUER: (_, { name }) => name,
  KID: ({ kid }) => kid,
  TYPE: ({ type }) => type,
  ALGORITHMS: ({ algorithms }) => algorithms.join(' ') || undefined,
  THUMBPRINT: ({ thumbprint }) => thumbprint,
  STATE: ({ inForce }, { state }) => (inForce ? state : 'gone'),
  LOADED: (_, { loadedAt }) => loadedAt,
  'FIRST SEEN': ({ firstSeen }) => firstSeen,
  'LAST SEEN': ({ lastSeen }) => lastSeen,
  'LAST USED': ({ lastUsed }) => lastUsed,
}

function format(issuers: readonly IssuerKeysReport[]): string {
  const rows = issuers.flatMap((issuer) =>
    issuer.keys.map((key) => Object.values(COLUMNS).map((cell) => cell(key, issuer) ?? '–')),
  )
  const ignored = issuers.flatMap(({ name, ignored }) =>
    ignored.map(
      ({ kid, why }) => `ignored  ${printable(`${name}: kid ${kid === null ? '–' : quoted(kid)}: ${why}`)}`,
    ),
  )
  return `${[...formatTable([Object.keys(COLUMNS), ...rows]), ...ignored].join('\n')}\n`
}

const ISSUER_TEXTS = ['name', 'source', 'state'] as const
const ISSUER_OPTIONAL = ['loadedAt', 'lastError'] as const
const KEY_OPTIONAL = ['kid', 'type', 'thumbprint', 'firstSeen', 'lastSeen', 'lastUsed'] as const

/** The issuers in the answer of a running Warder, or of another program at that address; undefined if it has another shape. Unknown members are allowed. */
export function readKeysReport({ issuers }: JsonObject): readonly IssuerKeysReport[] | undefined {
  return isListOf(issuers, isIssuer)
    ? (issuers as readonly unknown[] as readonly IssuerKeysReport[])
    : undefined
}

const isIssuer = (value: unknown): boolean =>
  isJsonObject(value) &&
  ISSUER_TEXTS.every((name) => typeof value[name] === 'string') &&
  ISSUER_OPTIONAL.every((name) => isTextOrAbsent(value[name])) &&
  isListOf(value['keys'], isKey) &&
  isListOf(value['ignored'], isIgnored)

const isKey = (value: unknown): boolean =>
  isJsonObject(value) &&
  KEY_OPTIONAL.every((name) => isTextOrAbsent(value[name])) &&
  typeof value['inForce'] === 'boolean' &&
  isListOf(value['algorithms'], (name) => typeof name === 'string')

const isIgnored = (value: unknown): boolean =>
  isJsonObject(value) &&
  (value['kid'] === null || typeof value['kid'] === 'string') &&
  typeof value['why'] === 'string'

const isTextOrAbsent = (value: unknown): boolean =>
  value === undefined || value === null || typeof value === 'string'

const isListOf = (value: unknown, isItem: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isItem)
