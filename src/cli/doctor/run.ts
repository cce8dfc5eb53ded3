/** `warder doctor`: proves a live site through its own proxy. */
import { WarderError } from '../../errors.ts'
import { writeJson, type Cli } from '../cli.ts'
import { lookForConfigFile } from '../config-file.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { createPaint } from '../paint.ts'
import { readInputFile, readToken } from '../read-input.ts'
import type { AdminOptions } from '../running/admin-flags.ts'
import { withAdmin } from '../running/admin-target.ts'
import { parseTimeout } from '../times.ts'
import { unknownName, usageError } from '../usage-error.ts'
import { answerValues } from './asking/answer.ts'
import { createHttp2Asker } from './asking/http2-asker.ts'
import { createRawAsker, whyUnreachable } from './asking/raw-asker.ts'
import { readTarget, type Target } from './asking/target.ts'
import { outcomeOf } from './judging/arrival.ts'
import { measureLatency } from './latency.ts'
import { PROBES } from './probes/probes.ts'
import { countResults, formatReport, headOf, reportToJson, summaryOf } from './report.ts'
import { decidedClientOf, overHttp2, runProbes, type ProbeReport } from './run-probes.ts'
import { createClientOf, type ClientOf } from './site/decided-client.ts'
import { readConfigFacts, type ConfigFacts } from './site/config-facts.ts'
import { KNOWN_PROXIES, proxyFamily, type ProxyName } from './site/proxy-name.ts'
import type { ProbedSite } from './site/site.ts'
import { surveySite } from './site/survey.ts'

export interface DoctorOptions extends Omit<AdminOptions, 'config'> {
  readonly config?: string
  readonly tokenFile?: string
  readonly path?: string
  readonly connect?: string
  readonly ca?: string
  readonly proxy?: string
  readonly timeout: string
}

interface Question {
  readonly clientOf: ClientOf | undefined
  readonly target: Target
  readonly timeoutMs: number
  readonly token: string | undefined
  readonly proxy: ProxyName | undefined
}

/** @throws WarderError ERR_CLI_USAGE, ERR_CLI_FILE_UNREADABLE, ERR_CLI_TOKEN_ABSENT, ERR_CLI_UNREACHABLE */
export async function runDoctor(cli: Cli, url: string, options: DoctorOptions): Promise<ExitCode> {
  const timeoutMs = parseTimeout('--timeout', options.timeout)
  const proxy = readProxy(options.proxy)
  const ca = options.ca === undefined ? undefined : readInputFile('--ca', options.ca)
  const target = readTarget(url, options, ca)
  const token =
    options.tokenFile === undefined ? undefined : await readToken(cli, undefined, options.tokenFile)
  const run = async (clientOf: ClientOf | undefined): Promise<ExitCode> => {
    const question = { target, timeoutMs, token, proxy, clientOf }
    if (lookForConfigFile(options.config, cli.env) === undefined) return examine(cli, question, undefined)
    const { withConfig } = await import('../open-instance.ts')
    return withConfig(cli, options.config, (instance) =>
      examine(cli, question, readConfigFacts(instance, target.scheme)),
    )
  }
  assertServerIsNamed(options)
  // Only if it is named: with the admin listener of this machine, doctor would judge another Warder's log.
  return options.server === undefined
    ? run(undefined)
    : withAdmin(cli, options, (admin) => run(createClientOf(admin)))
}

/** A flag that would do nothing is a mistake. */
function assertServerIsNamed({
  server,
  adminTokenFile,
  caFile,
  clientCertificate,
  clientKey,
}: DoctorOptions): void {
  const access = [adminTokenFile, caFile, clientCertificate, clientKey]
  if (server !== undefined || access.every((value) => value === undefined)) return
  throw usageError(
    'the token and the certificates are for the admin listener, which is not named',
    'name it: --server http://127.0.0.1:9181',
  )
}

function readProxy(name: string | undefined): ProxyName | undefined {
  if (name === undefined) return undefined
  if (KNOWN_PROXIES.includes(name)) return proxyFamily(name)
  throw unknownName('--proxy', 'proxy', 'proxies', name, KNOWN_PROXIES)
}

async function examine(cli: Cli, question: Question, config: ConfigFacts | undefined): Promise<ExitCode> {
  const { target, timeoutMs } = question
  assertGuarded(target, config)
  const why = await whyUnreachable(target, timeoutMs)
  const { host, port } = target.connect
  if (why !== undefined) throw unreachable(`no connection to ${host}:${port}: ${why}`)
  const asker = createRawAsker(target, timeoutMs)
  const site = await surveySite(asker, { ...question, config })
  assertAnswers(site)
  // If it cannot be asked, that is known now and not after all probes.
  await decidedClientOf(site.bare.answer, site)
  const paint = createPaint(cli.colour.stdout)
  const print = (report: ProbeReport): void => {
    if (!cli.json) cli.stdout.write(formatReport(report, paint))
  }
  if (!cli.json) cli.stdout.write(headOf(site))
  const http2 = await createHttp2Asker(target, timeoutMs)
  const reports = [
    ...(await runProbes(PROBES, site, asker, print)),
    ...(http2 === undefined ? [] : await runProbes(overHttp2(PROBES), site, http2, print)),
  ]
  http2?.close()
  const latencies = await measureLatency(asker, site)
  if (cli.json) writeJson(cli, 'warder.doctor/v1', reportToJson(site, reports, latencies))
  else cli.stdout.write(summaryOf(reports, latencies))
  return exitCodeOfReports(reports)
}

/** What got in counts more than what is unknown. */
export function exitCodeOfReports(reports: readonly ProbeReport[]): ExitCode {
  const counts = countResults(reports)
  if (counts.fail > 0) return EXIT.denied
  return counts.unknown > 0 ? EXIT.unproven : EXIT.ok
}

/** On a path that is public, nothing can be proven. */
function assertGuarded({ host, path, query }: Target, config: ConfigFacts | undefined): void {
  const access = config?.accessOf({ method: 'GET', host, path, query })
  if (access === undefined || access === 'guarded') return
  throw usageError(
    access === 'open'
      ? `this path is public in the configuration, so that nothing can be proven there: ${path}`
      : `the configuration denies GET ${path} at ${host} to everybody, whatever the token`,
    'name a path that needs a token: --path PATH',
    ...(config?.guarded.length === 0 ? [] : [`such routes are ${config?.guarded.slice(0, 5).join(', ')}`]),
  )
}

/** The plain request has to be answered in a way that others can be compared with. */
function assertAnswers({ bare }: ProbedSite): void {
  const { answer, arrival } = bare
  if (arrival.kind === 'undecided')
    throw unreachable(`the proxy cannot ask Warder: ${outcomeOf(bare)}`, UNDECIDED_HINTS)
  if (answer.status >= 300 && answer.status < 400 && arrival.kind !== 'denied')
    throw usageError(
      `the URL answers ${answer.status}, to ${answerValues(answer, 'location')[0] ?? 'nowhere'}`,
      'name a URL that is answered itself, such as the https:// one',
    )
  if (arrival.kind !== 'unclear') return
  if (answer.fault !== undefined || answer.status >= 500) throw unreachable(`the site: ${outcomeOf(bare)}`)
}

/** The proxy is there, so these are about what is behind it. */
const UNDECIDED_HINTS = [
  'is Warder running, at the address that the proxy asks? `warder healthcheck`, and the error log of the proxy',
  'does the proxy ask an endpoint that exists? If not, the log of Warder has a line `unknown_endpoint`',
  '`warder snippet` prints the whole configuration of the proxy',
]
const UNREACHED_HINTS = [
  'is this the address of the proxy? Another one: --connect HOST:PORT; a private authority: --ca FILE',
  'are the proxy, Warder and the application running?',
]

const unreachable = (message: string, hints: readonly string[] = UNREACHED_HINTS): WarderError =>
  new WarderError('ERR_CLI_UNREACHABLE', message, { hints })
