/** Tries every probe at the site, one after the other. */
import { answerValues, type Answer, type Asker } from './asking/answer.ts'
import { arrivalOf, type ProbeExchange } from './judging/arrival.ts'
import { unknown, WITH_TOKEN, type Finding } from './judging/finding.ts'
import { fixLines } from './probes/fix.ts'
import type { Probe } from './probes/probe.ts'
import { acceptsToken, askFor, canPass, passing, type ProbedSite } from './site/site.ts'

export interface ProbeReport extends Finding {
  readonly name: string
  readonly title: string
  /** What it means, if it failed. */
  readonly means?: string
  /** Lines to change, if it failed. */
  readonly fix?: readonly string[]
}

/** @param done Called with each report at once: a slow site takes a while. */
export async function runProbes(
  probes: readonly Probe[],
  site: ProbedSite,
  asker: Asker,
  done: (report: ProbeReport) => void,
): Promise<readonly ProbeReport[]> {
  const reports: ProbeReport[] = []
  for (const probe of probes) {
    if (probe.readsClient === true && site.clientOf === undefined) continue
    const report = toReport(probe, site, await tryProbe(probe, site, asker))
    reports.push(report)
    done(report)
  }
  return reports
}

async function tryProbe(probe: Probe, site: ProbedSite, asker: Asker): Promise<Finding> {
  const missing = whatIsMissing(probe, site)
  if (missing !== undefined) return unknown(missing, WITH_TOKEN)
  const requests = probe.requests(site)
  const answers = probe.inTurn === true ? await asker.askInTurn(requests) : []
  const exchanges: ProbeExchange[] = []
  for (const [index, request] of requests.entries()) {
    const answer = answers[index] ?? (await asker.ask(request))
    const client = probe.readsClient === true ? await decidedClientOf(answer, site) : undefined
    exchanges.push({ request, answer, arrival: arrivalOf(answer, site.hasEcho), client })
  }
  const finding = probe.judge(exchanges, site)
  if (!dependsOnToken(probe, finding, exchanges)) return finding
  if (!acceptsToken(site) || (await isStillAccepted(site, asker))) return finding
  return unknown('the token is not accepted any more', 'a token that lives longer')
}

/**
 * Who asked, as the running Warder knows it.
 *
 * @throws WarderError when it does not answer.
 */
export async function decidedClientOf(answer: Answer, site: ProbedSite): Promise<string | null | undefined> {
  const [id] = answerValues(answer, 'x-decision-id')
  return id === undefined ? undefined : site.clientOf?.(id)
}

/** Whether it would be the same if every request with the token were denied. What got in got in, in any case. */
function dependsOnToken(probe: Probe, { result }: Finding, exchanges: readonly ProbeExchange[]): boolean {
  if (result === 'unknown' || exchanges.every(({ arrival }) => arrival.kind === 'arrived')) return false
  return result !== 'fail' || probe.inTurn === true
}

/** A request that was hit by the previous one proves nothing about the token. */
const CONTROLS = 3

/** A token that has expired on the way makes every request a denied one, whatever else is in it. */
async function isStillAccepted(site: ProbedSite, asker: Asker): Promise<boolean> {
  for (let tried = 0; tried < CONTROLS; tried++) {
    const answer = await asker.ask(passing(site, askFor(site, 'the plain request')))
    if (arrivalOf(answer, site.hasEcho).kind === 'arrived') return true
  }
  return false
}

function whatIsMissing({ needs }: Probe, site: ProbedSite): string | undefined {
  const why = site.token === undefined ? 'it needs a token' : 'it needs a token that is accepted'
  if (needs === 'token') return acceptsToken(site) ? undefined : why
  return needs === 'passing' && !canPass(site) ? why : undefined
}

function toReport({ name, title, means, fix }: Probe, site: ProbedSite, finding: Finding): ProbeReport {
  const report = { name, title, ...finding }
  if (finding.result !== 'fail' && finding.result !== 'warning') return report
  return { ...report, means, fix: fixLines(fix, site.proxy, finding.names ?? []) }
}

/** The same over HTTP/2, for the probes that can be asked so. */
export const overHttp2 = (probes: readonly Probe[]): readonly Probe[] =>
  probes
    .filter(({ alsoHttp2 }) => alsoHttp2 === true)
    .map((probe) => ({ ...probe, name: `${probe.name}-http2`, title: `${probe.title}, over HTTP/2` }))
