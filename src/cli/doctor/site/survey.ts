/** The plain requests before the probes: what every answer is compared with. */
import { randomBytes } from 'node:crypto'
import type { Asker } from '../asking/answer.ts'
import type { AskedRequest } from '../asking/asked-request.ts'
import type { Target } from '../asking/target.ts'
import { arrivalOf, type ProbeExchange } from '../judging/arrival.ts'
import { isEchoed } from '../judging/echoed.ts'
import type { ConfigFacts } from './config-facts.ts'
import type { ClientOf } from './decided-client.ts'
import { recogniseProxy, type ProxyName } from './proxy-name.ts'
import { askFor, withToken, type ProbedSite } from './site.ts'

export interface SurveyInput {
  readonly target: Target
  readonly config: ConfigFacts | undefined
  readonly token: string | undefined
  /** Named by the operator. */
  readonly proxy: ProxyName | undefined
  readonly clientOf?: ClientOf | undefined
}

export async function surveySite(asker: Asker, input: SurveyInput): Promise<ProbedSite> {
  const random = randomBytes(4).toString('hex')
  const blank: ProbeExchange = {
    request: { label: '', method: 'GET', target: '/', fields: [] },
    answer: { status: 0, fields: [], body: '', hasSurplus: false, ms: 0 },
    arrival: { kind: 'unclear' },
  }
  const site: ProbedSite = {
    ...input,
    bare: blank,
    allowed: undefined,
    nowhere: blank,
    hasEcho: false,
    planted: `warder-doctor-${random}`,
  }
  const plain = askFor(site, 'the plain request')
  const requests: readonly AskedRequest[] = [
    plain,
    askFor(site, 'a path that exists nowhere', { target: `/warder-doctor-${random}` }),
    ...(input.token === undefined ? [] : [withToken(site, plain, input.token)]),
  ]
  const answers = []
  for (const request of requests) answers.push(await asker.ask(request))
  const hasEcho = answers.some(isEchoed)
  const [bare = blank, nowhere = blank, allowed] = answers.map((answer, index) => ({
    request: requests[index] ?? plain,
    answer,
    arrival: arrivalOf(answer, hasEcho),
  }))
  return { ...site, bare, nowhere, allowed, hasEcho, proxy: input.proxy ?? recogniseProxy(answers) }
}
