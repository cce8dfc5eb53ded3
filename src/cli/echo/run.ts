/** `warder echo`: listens, prints one line for each request, and stops at a signal. */
import { stopSignal } from '../../app/process-end.ts'
import { printable } from '../../printable.ts'
import { withoutTokens } from '../../without-tokens.ts'
import { parseListenAddress } from '../../settings/values/listen-address.ts'
import type { Cli } from '../cli.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { usageError } from '../usage-error.ts'
import { startEcho } from './echo-server.ts'
import type { EchoedRequest } from './echoed-request.ts'

export interface EchoOptions {
  readonly listen: string
}

/** @throws WarderError ERR_CLI_USAGE, ERR_SERVER_LISTEN */
export async function runEcho(cli: Cli, options: EchoOptions): Promise<ExitCode> {
  const address = parseListenAddress(options.listen)
  if (!address.ok)
    throw usageError(
      '--listen: not an address to listen on',
      'write --listen 127.0.0.1:8000, --listen :8000 for all interfaces, or --listen unix:/run/echo.sock',
    )
  const stopping = stopSignal()
  const echo = startEcho(address.value, (request) => cli.stdout.write(lineOf(request)))
  cli.stderr.write(`warder: echo on ${echo.address}\n`)
  await stopping
  echo.stop()
  return EXIT.ok
}

/** In characters; the answer to the client has the whole target. */
const MAX_TARGET = 200

function lineOf({ method, target, version, fields, bodyBytes }: EchoedRequest): string {
  const safe = printable(withoutTokens(target))
  const cut = safe.length > MAX_TARGET ? `${safe.slice(0, MAX_TARGET)}…` : safe
  return `${printable(method)} ${cut} ${printable(version)}  ${fields.length} fields, body of ${bodyBytes} bytes\n`
}
