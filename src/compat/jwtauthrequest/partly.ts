/** A configuration of jwtauthrequest that is refused → the clients that can be converted; the rest is named. */
import type { PartTranslation } from '../../config/foreign-format.ts'
import { toLocatedProblems } from '../../settings/read/schema-problems.ts'
import type { SourceDocument } from '../../config/source-document.ts'
import { usualSettings } from '../../settings/definition.ts'
import type { LocatedProblem } from '../../settings/problem.ts'
import type { Algorithm } from '../../syntax/algorithms.ts'
import { isError, readTranslated, toPartTranslation } from '../read-foreign.ts'
import { readClients, type WrittenClient } from './read.ts'
import { ClientSchema, JwtAuthRequestSchema } from './schema.ts'

/**
 * The endpoints of a client with a mistake are not there: they answer 404, which no proxy takes for a leave. A mistake
 * beside the clients, except in `listen-port`, leaves all of them out: it may be about what they check.
 */
export function translateClientsPartly(
  document: SourceDocument,
  supportedAlgorithms: ReadonlySet<Algorithm>,
): PartTranslation | undefined {
  const { value } = document
  const read = JwtAuthRequestSchema.safeParse(value)
  const wrong = read.success ? [] : toLocatedProblems(read.error.issues, value)
  const isOfAll = wrong.some(({ pointer }) => clientOf(pointer) === undefined && pointer !== LISTEN_PORT)
  const readable = isOfAll ? [] : readableClients(value)
  const address = JwtAuthRequestSchema.shape['listen-port'].safeParse(value['listen-port'])
  const listen = address.success ? address.data : usualSettings().listen.decisions
  const all =
    readable.length === 0 ? [] : readClients(document, listen, readable, supportedAlgorithms).problems
  const missing = [...wrong, ...all.filter(isError)]
  const broken = brokenClients(missing, readable)
  const clients = readable.filter(({ index }) => !broken.has(index))
  const rest =
    clients.length === 0
      ? readTranslated(CLOSED, document, supportedAlgorithms, ({ problem }) => problem)
      : readClients(document, listen, clients, supportedAlgorithms)
  return toPartTranslation(rest, missing, document)
}

/** Without any client nobody gets in, by whatever path it is asked. */
const CLOSED = {
  value: {
    version: 1,
    routes: [{ name: 'no-clients', match: { path: '/**' }, access: 'deny' }],
    listen: { admin: 'off' },
  },
  origins: new Map<string, string>(),
  problems: [],
}

const LISTEN_PORT = '/listen-port'

function clientOf(pointer: string): number | undefined {
  const index = /^\/clients\/(\d+)/.exec(pointer)?.[1]
  return index === undefined ? undefined : Number(index)
}

function readableClients({ clients }: SourceDocument['value']): readonly WrittenClient[] {
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
