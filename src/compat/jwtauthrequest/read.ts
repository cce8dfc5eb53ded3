/** The clients of a jwtauthrequest configuration → settings, or what is wrong with them. */
import { toName, uniqueName } from '../../settings/default-names.ts'
import type { SourceDocument } from '../../config/source-document.ts'
import type { LocatedProblem } from '../../settings/problem.ts'
import { formatListenAddress } from '../../settings/values/listen-address.ts'
import type { Algorithm } from '../../syntax/algorithms.ts'
import {
  createReport,
  isError,
  readTranslated,
  type InOwnWords,
  type ReadForeign,
  type Translated,
} from '../read-foreign.ts'
import { checkClient, IN_ITS_WORDS, toIssuer, toPolicy } from './client.ts'
import type { ClientConfig, JwtAuthRequestConfig } from './schema.ts'

/** A client, and its place in the list that is written. */
export interface WrittenClient {
  readonly client: ClientConfig
  readonly index: number
}

/** @param clients At least one. */
export function readClients(
  document: SourceDocument,
  address: JwtAuthRequestConfig['listen-port'],
  clients: readonly WrittenClient[],
  supportedAlgorithms: ReadonlySet<Algorithm>,
): ReadForeign {
  const translated = translate(address, clients)
  return readTranslated(translated, document, supportedAlgorithms, inItsWords(translated.problems))
}

function translate(
  address: JwtAuthRequestConfig['listen-port'],
  clients: readonly WrittenClient[],
): Translated {
  const named = withNames(clients)
  const { problems, report } = createReport()
  const origins = new Map([['listen/decisions', '/listen-port']])
  const endpoints: unknown[] = []
  named.forEach(({ client, index, name: policy }, i) => {
    const place = `/clients/${index}`
    checkClient(client, place, report)
    origins.set(`issuers/${i}`, place).set(`policies/${policy}`, place)
    for (const [key, origin] of Object.entries(ISSUER_KEYS))
      origins.set(`issuers/${i}/${key}`, `${place}/${origin}`)
    client.endpoints.forEach((path, j) => {
      for (const part of ['', '/path'])
        origins.set(`endpoints/${endpoints.length}${part}`, `${place}/endpoints/${j}`)
      endpoints.push({ path, dialect: 'jwtauthrequest', policy })
    })
  })
  const value = {
    version: 1,
    issuers: named.map(({ client, name }) => toIssuer(client, name)),
    policies: Object.fromEntries(named.map(({ client, name }) => [name, toPolicy(client, name)])),
    endpoints,
    listen: { decisions: formatListenAddress(address), admin: 'off' },
  }
  return { value, origins, problems }
}

/** Keys of an issuer that have another name here. */
const ISSUER_KEYS: Readonly<Record<string, string>> = {
  algorithms: 'allowed-algo',
  keys: 'HMAC',
  'keys/secret': 'HMAC',
  require: 'required-claims',
  allow_missing_exp: 'required-claims',
}

function withNames(clients: readonly WrittenClient[]): readonly (WrittenClient & { name: string })[] {
  const taken = new Set<string>()
  return clients.map(({ client, index }) => {
    const name = uniqueName(toName(client.name ?? '', `client-${index + 1}`), taken)
    return { client, index, name }
  })
}

/** A mistake of where a client's keys come from is reported once, by its own name. */
function inItsWords(mistakes: readonly LocatedProblem[]): InOwnWords {
  const known = new Set(
    mistakes.filter(isError).flatMap(({ pointer }) => [pointer, pointer.replace(/[^/]+$/, 'issuer')]),
  )
  return ({ pointer, problem }) => {
    if (known.has(pointer)) return undefined
    const words = IN_ITS_WORDS[problem.code]
    return words === undefined ? problem : words(problem)
  }
}
