/** `warder keys list`: the keys in force, and those that were offered and refused. */
import { reportKeys, type IssuerKeysReport } from '../../admin/keys-report.ts'
import { printable, quoted } from '../../printable.ts'
import { WarderError } from '../../errors.ts'
import { parseStrictJson } from '../../strict-json.ts'
import { askAdmin } from '../ask-admin.ts'
import { writeResult, type Cli } from '../cli.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { withKeys } from '../open-instance.ts'
import { createPaint } from '../paint.ts'
import { formatTable } from '../table.ts'
import { excludeEachOther, unknownName } from '../usage-error.ts'

export interface KeysListOptions {
  readonly config?: string
  readonly issuer?: string
  readonly server?: string
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
  const { status, text } = await askAdmin('--server', server, '/v1/keys', ASK_TIMEOUT_MS)
  const issuers = status === 200 ? readKeysReport(text) : undefined
  if (issuers !== undefined) return issuers
  const message = `${server}: status ${status}, and the answer is not a list of keys`
  throw new WarderError('ERR_CLI_UNREACHABLE', message, {
    hints: ['name the admin listener, by default http://127.0.0.1:9181, and not that for decisions'],
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

type Members = Readonly<Record<string, unknown>>

const ISSUER_TEXTS = ['name', 'source', 'state'] as const
const ISSUER_OPTIONAL = ['loadedAt', 'lastError'] as const
const KEY_OPTIONAL = ['kid', 'type', 'thumbprint', 'firstSeen', 'lastSeen', 'lastUsed'] as const

/** The answer of a running Warder, or of another program at that address; undefined when it is not of the shape `warder.keys/v1`; unknown members are allowed. */
export function readKeysReport(text: string): readonly IssuerKeysReport[] | undefined {
  // The text is bounded already, and ten thousand issuers are no mistake.
  const answer = parseStrictJson(text, Number.POSITIVE_INFINITY)
  if (!answer.ok || !isObject(answer.value) || answer.value['schema'] !== 'warder.keys/v1') return undefined
  const { issuers } = answer.value
  return isListOf(issuers, isIssuer)
    ? (issuers as readonly unknown[] as readonly IssuerKeysReport[])
    : undefined
}

const isIssuer = (value: unknown): boolean =>
  isObject(value) &&
  ISSUER_TEXTS.every((name) => typeof value[name] === 'string') &&
  ISSUER_OPTIONAL.every((name) => isTextOrAbsent(value[name])) &&
  isListOf(value['keys'], isKey) &&
  isListOf(value['ignored'], isIgnored)

const isKey = (value: unknown): boolean =>
  isObject(value) &&
  KEY_OPTIONAL.every((name) => isTextOrAbsent(value[name])) &&
  typeof value['inForce'] === 'boolean' &&
  isListOf(value['algorithms'], (name) => typeof name === 'string')

const isIgnored = (value: unknown): boolean =>
  isObject(value) &&
  (value['kid'] === null || typeof value['kid'] === 'string') &&
  typeof value['why'] === 'string'

const isObject = (value: unknown): value is Members => typeof value === 'object' && value !== null

const isTextOrAbsent = (value: unknown): boolean =>
  value === undefined || value === null || typeof value === 'string'

const isListOf = (value: unknown, isItem: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isItem)
