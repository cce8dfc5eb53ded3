/** Requests that must not reach the application at all. */
import { isOpen, whatMakesExact, type ProbedSite } from '../site/site.ts'
import { outcomeOf, outcomesOf, type ProbeExchange } from './arrival.ts'
import { isEchoed } from './echoed.ts'
import { fail, pass, OPEN_PATH, unknown, type Finding } from './finding.ts'

export function mustBeDenied(exchanges: readonly ProbeExchange[], site: ProbedSite): Finding {
  if (isOpen(site)) return OPEN_PATH
  const through = exchanges.find((exchange) => isThrough(exchange, site))
  if (through !== undefined) return fail(`${through.request.label}: ${outcomeOf(through)}`)
  const doubtful = exchanges.find(({ arrival }) => arrival.kind === 'unclear' || arrival.kind === 'arrived')
  if (doubtful !== undefined)
    return unknown(`${doubtful.request.label}: ${outcomeOf(doubtful)}`, whatMakesExact(site))
  const undecided = exchanges.find(({ arrival }) => arrival.kind === 'undecided')
  if (undecided !== undefined)
    return unknown(`${undecided.request.label}: ${outcomeOf(undecided)}`, 'a Warder that can decide')
  return pass(outcomesOf(exchanges))
}

/** An answer that any path gets, such as the start page of a browser application, shows nothing about this one. */
function isThrough({ request, answer, arrival }: ProbeExchange, site: ProbedSite): boolean {
  if (arrival.kind !== 'arrived') return false
  if (isEchoed(answer) || request.target === site.bare.request.target) return true
  const { nowhere } = site
  const isAsNowhere = nowhere.arrival.kind === 'arrived' && nowhere.answer.status === answer.status
  return !(isAsNowhere && nowhere.answer.body === answer.body)
}
