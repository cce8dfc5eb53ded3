/** A configuration of jwtauthrequest that is refused → the clients that can be converted; the rest is named. */
import { dirname, resolve } from 'node:path'
import type { PartTranslation } from '../../config/foreign-format.ts'
import { locateIn } from '../../config/locate-problem.ts'
import { readSettings } from '../../config/read-settings.ts'
import { toLocatedProblems } from '../../config/schema-problems.ts'
import { type LocatedProblem } from '../../settings/problem.ts'
import { DEFAULT_LISTEN } from '../../config/setting-defaults.ts'
import type { SourceDocument } from '../../config/source-document.ts'
import type { Algorithm } from '../../syntax/algorithms.ts'
import { ClientSchema, JwtAuthRequestSchema } from './schema.ts'
import {
  clientOrigins,
  findClientProblems,
  findEndpointProblems,
  toClientSettings,
  warnOfExposure,
  type WrittenClient,
} from './read.ts'

/**
 * The endpoints of a client with a mistake are not there: they answer 404, which no proxy takes for a leave. A mistake
 * beside the clients, except in `listen-port`, leaves all of them out: it may be about what they check.
 */
export function translateClientsPartly(
  document: SourceDocument,
  supportedAlgorithms: ReadonlySet<Algorithm>,
): PartTranslation | undefined {
  const locate = locateIn(document)
  const { value } = document
  const read = JwtAuthRequestSchema.safeParse(value)
  const wrong = read.success ? [] : toLocatedProblems(read.error.issues, value)
  const isOfAll = wrong.some(({ pointer }) => clientOf(pointer) === undefined && pointer !== LISTEN_PORT)
  const readable = isOfAll ? [] : readClients(value)
  const found = [
    ...readable.flatMap((client) => findClientProblems(client, supportedAlgorithms)),
    ...findEndpointProblems(readable),
  ]
  const isError = ({ problem }: LocatedProblem): boolean => problem.code.startsWith('ERR_')
  const missing = [...wrong, ...found.filter(isError)]
  const broken = brokenClients(missing, readable)
  const clients = readable.filter(({ index }) => !broken.has(index))
  const address = JwtAuthRequestSchema.shape['listen-port'].safeParse(value['listen-port'])
  const listen = address.success ? address.data : DEFAULT_LISTEN.decisions
  const settings =
    clients.length > 0
      ? toClientSettings(listen, clients, supportedAlgorithms)
      : closed(document, supportedAlgorithms)
  if (settings === undefined) return undefined
  const warnings = found.filter(
    (one) => !isError(one) && clients.some(({ index }) => index === clientOf(one.pointer)),
  )
  return {
    settings,
    origins: clientOrigins(clients),
    warnings: [...warnings, ...(clients.length > 0 ? warnOfExposure(listen) : [])].map(locate),
    missing: missing.map(locate),
  }
}

const LISTEN_PORT = '/listen-port'

function clientOf(pointer: string): number | undefined {
  const index = /^\/clients\/(\d+)/.exec(pointer)?.[1]
  return index === undefined ? undefined : Number(index)
}

function readClients({ clients }: SourceDocument['value']): readonly WrittenClient[] {
  if (!Array.isArray(clients)) return []
  return clients.flatMap((client: unknown, index) => {
    const read = ClientSchema.safeParse(client)
    return read.success ? [{ client: read.data, index }] : []
  })
}

/** Of an endpoint that several have, none is kept: which of them was meant is not known. */
function brokenClients(
  problems: readonly LocatedProblem[],
  clients: readonly WrittenClient[],
): ReadonlySet<number> {
  const broken = new Set<number>()
  for (const { pointer } of problems) {
    const index = clientOf(pointer)
    if (index === undefined) continue
    broken.add(index)
    const endpoint = Number(/\/endpoints\/(\d+)$/.exec(pointer)?.[1])
    const path = clients.find((one) => one.index === index)?.client.endpoints[endpoint]
    for (const { client, index: other } of clients)
      if (path !== undefined && client.endpoints.includes(path)) broken.add(other)
  }
  return broken
}

/** Without any client nobody gets in, by whatever path it is asked. */
function closed(document: SourceDocument, supportedAlgorithms: ReadonlySet<Algorithm>) {
  const route = { name: 'no-clients', match: { path: '/**' }, access: 'deny' }
  return readSettings(
    { version: 1, routes: [route], listen: { admin: 'off' } },
    { supportedAlgorithms, directory: dirname(resolve(document.file)) },
  ).settings
}
