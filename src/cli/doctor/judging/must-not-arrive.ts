/** Fields that a client wrote, and that no application may receive. */
import { whatMakesExact, type ProbedSite } from '../site/site.ts'
import { outcomeOf, outcomesOf, type ProbeExchange } from './arrival.ts'
import { foldedValues } from './echoed.ts'
import { fail, pass, unknown, WITH_ECHO, type Finding } from './finding.ts'

/** Every field with a planted value. */
export function mustNotArrive(exchanges: readonly ProbeExchange[], site: ProbedSite): Finding {
  const leaked = exchanges.flatMap((exchange) => plantedNames(exchange, site.planted))
  if (leaked.length > 0) return fail(`the application got ${listNames(leaked)}`, leaked)
  const shown = exchanges.find(
    ({ answer, arrival }) => arrival.kind === 'arrived' && answer.body.includes(site.planted),
  )
  if (shown !== undefined)
    return fail(
      `${shown.request.label}: the value of the client is in the answer`,
      namesOf(shown, site.planted),
    )
  return whetherSeen(exchanges, site) ?? pass(whatPassed(exchanges))
}

/** Unknown if one of the requests may have reached the application without being shown. */
export function whetherSeen(exchanges: readonly ProbeExchange[], site: ProbedSite): Finding | undefined {
  const unclear = exchanges.find(({ arrival }) => arrival.kind === 'unclear' || arrival.kind === 'undecided')
  if (unclear !== undefined)
    return unknown(`${unclear.request.label}: ${outcomeOf(unclear)}`, whatMakesExact(site))
  const unseen = exchanges.find(({ arrival }) => arrival.kind === 'arrived' && arrival.echoed === undefined)
  if (unseen === undefined) return undefined
  return unknown(`${unseen.request.label}: ${outcomeOf(unseen)}, and what arrived cannot be seen`, WITH_ECHO)
}

function whatPassed(exchanges: readonly ProbeExchange[]): string {
  const arrived = exchanges.filter(({ arrival }) => arrival.kind === 'arrived').length
  return arrived === 0 ? outcomesOf(exchanges) : 'removed or replaced on the way'
}

function plantedNames({ arrival }: ProbeExchange, planted: string): readonly string[] {
  if (arrival.kind !== 'arrived' || arrival.echoed === undefined) return []
  return arrival.echoed.fields.filter(([, value]) => value.includes(planted)).map(([name]) => name)
}

const namesOf = ({ request }: ProbeExchange, planted: string): readonly string[] =>
  [...(request.first ?? []), ...request.fields]
    .filter(([, value]) => value.includes(planted))
    .map(([name]) => name)

const MAX_NAMES = 4

/** A few names, and how many more there are. */
export function listNames(names: readonly string[]): string {
  const all = [...new Set(names)]
  const more = all.length > MAX_NAMES ? ` and ${all.length - MAX_NAMES} more` : ''
  return `${all.slice(0, MAX_NAMES).join(', ')}${more}`
}

/** Identity that Warder set in the plain request is missing in one of these: its name, or undefined. */
export function lostIdentity(
  exchanges: readonly ProbeExchange[],
  names: readonly string[],
  plain: ProbeExchange | undefined,
): string | undefined {
  const expected = plain?.arrival.kind === 'arrived' ? plain.arrival.echoed : undefined
  if (expected === undefined) return undefined
  return names.find((name) => {
    const before = foldedValues(expected, name).join()
    return exchanges.some(
      ({ arrival }) =>
        arrival.kind === 'arrived' &&
        arrival.echoed !== undefined &&
        foldedValues(arrival.echoed, name).join() !== before,
    )
  })
}
