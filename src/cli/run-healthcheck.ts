/** `warder healthcheck`: what /readyz or /livez of a running Warder says. */
import { parseDuration } from '../config/duration.ts'
import { printable } from '../config/printable.ts'
import { WarderError } from '../errors.ts'
import { writeJson, type Cli } from './cli.ts'
import type { HealthcheckOptions } from './commands/healthcheck.ts'
import { lookForConfigFile } from './config-file.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { usageError } from './usage-error.ts'

/** The longest answer that is read, in bytes: a line for each of a thousand issuers. */
const MAX_ANSWER_BYTES = 256 * 1024
/** The longest `--timeout`, in milliseconds. */
const MAX_TIMEOUT_MS = 300_000

/** The admin listener where the configuration says nothing else; a probe often has no configuration at hand. */
const DEFAULT_URL = 'http://127.0.0.1:9181'
const NO_CONFIG_HINT =
  'there is no configuration file here, so the default address was asked: name it with -c FILE'

interface Target {
  readonly url: URL
  /** Path of the socket, where it is one. */
  readonly unix?: string
}

export async function runHealthcheck(cli: Cli, options: HealthcheckOptions): Promise<ExitCode> {
  const timeoutMs = parseTimeout(options.timeout)
  if (options.url !== undefined) return ask(cli, parseTarget(options.url), timeoutMs, options)
  if (lookForConfigFile(options.config, cli.env) === undefined)
    return ask(cli, parseTarget(DEFAULT_URL), timeoutMs, options, NO_CONFIG_HINT)
  const { withConfig } = await import('./open-instance.ts')
  const { reachableAddress } = await import('./reachable-address.ts')
  return withConfig(cli, options.config, async ({ config }) => {
    const { admin } = config.settings.listen
    if (admin === null)
      throw usageError('the admin listener is off in this configuration', 'name one that is not: --url URL')
    const address = reachableAddress(admin)
    return ask(cli, parseTarget(admin.kind === 'tcp' ? `http://${address}` : address), timeoutMs, options)
  })
}

async function ask(
  cli: Cli,
  target: Target,
  timeoutMs: number,
  { live, json }: HealthcheckOptions,
  ...hints: readonly string[]
): Promise<ExitCode> {
  const path = live === true ? '/livez' : '/readyz?verbose'
  const { status, text } = await fetchText(target, path, timeoutMs, hints)
  const isOk = status === 200
  const lines = printable(text.replaceAll('\n', '\t'))
    .split('\t')
    .filter((line) => line !== '')
  if (json === true) writeJson(cli, 'warder.health/v1', { ok: isOk, status, lines })
  else cli.stdout.write(`${lines.join('\n')}\n`)
  return isOk ? EXIT.ok : EXIT.unreachable
}

async function fetchText(
  { url, unix }: Target,
  path: string,
  timeoutMs: number,
  hints: readonly string[],
): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(new URL(path, url), {
      // Somebody else's server would be asked otherwise.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
      ...(unix === undefined ? {} : { unix }),
    })
    return { status: response.status, text: await readBounded(response) }
  } catch (fault) {
    const isLate = fault instanceof Error && fault.name === 'TimeoutError'
    const why = isLate ? `no answer in ${timeoutMs} ms` : 'no connection'
    throw new WarderError(
      'ERR_CLI_UNREACHABLE',
      `${unix === undefined ? url.origin : `unix:${unix}`}: ${why}`,
      {
        hints: [
          'is `warder serve` running, and is this its admin listener? Another one: --url URL',
          ...hints,
        ],
        cause: fault,
      },
    )
  }
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk)
    length += chunk.length
    if (length > MAX_ANSWER_BYTES) break
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseTarget(text: string): Target {
  if (text.startsWith('unix:') && text.length > 'unix:'.length)
    return { url: new URL('http://localhost'), unix: text.slice('unix:'.length) }
  const url = URL.parse(text)
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return { url }
  throw usageError(
    '--url: not an http:// URL',
    'write --url http://127.0.0.1:9181, or --url unix:/path/to/socket',
  )
}

function parseTimeout(text: string): number {
  const ms = parseDuration(text)
  if (ms.ok && ms.value > 0 && ms.value <= MAX_TIMEOUT_MS) return ms.value
  throw usageError('--timeout: not a duration from 1ms to 5m', 'write a number with a unit: 500ms or 3s')
}
