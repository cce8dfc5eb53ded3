/** `warder snippet nginx`. */
import { resolve } from 'node:path'
import { nginxSnippet } from '../callers/nginx/snippet.ts'
import type { ListenAddress } from '../config/settings.ts'
import { WarderError } from '../errors.ts'
import type { PolicySettings } from '../policy/settings.ts'
import { writeJson, type Cli } from './cli.ts'
import type { SnippetOptions } from './commands/snippet.ts'
import { assertListenAddress, readSiteCertificate } from './nginx-listen.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { withConfig } from './open-instance.ts'
import { reachableAddress } from './reachable-address.ts'
import { usageError } from './usage-error.ts'

// The characters that mean something in nginx's configuration; checked again where the text is made.
const WORD = String.raw`[^\s;{}'"\\$#]+`
const UPSTREAM = /^https?:\/\/[^\s;{}'"\\$#/?]+$/
const ADDRESS = new RegExp(`^(?:unix:/${WORD}|${WORD}:[0-9]{1,5})$`)
const ONE_WORD = new RegExp(`^${WORD}$`)
const WORDS = new RegExp(`^${WORD}(?: ${WORD})*$`)

export async function runSnippetNginx(cli: Cli, options: SnippetOptions): Promise<ExitCode> {
  const { decisions, upstream, serverName, listen } = options
  const addresses = decisions?.split(' ')
  if (addresses?.every((address) => ADDRESS.test(address)) === false)
    throw usageError(
      '--decisions: not one or more addresses',
      "write --decisions '10.0.0.1:9180 10.0.0.2:9180'; by default it is `listen.decisions` of the configuration",
    )
  if (!UPSTREAM.test(upstream))
    throw usageError(
      '--upstream: not http://host:port, without a path',
      'write --upstream http://127.0.0.1:8000; nginx hands the path on as it came',
    )
  if (!WORDS.test(serverName))
    throw usageError(
      '--server-name: not one or more names',
      "write --server-name 'api.example.com www.example.com'",
    )
  if (!WORDS.test(listen))
    throw usageError('--listen: not an address of nginx', "write --listen 80, or --listen '443 ssl'")
  assertListenAddress(listen)
  const certificate = readSiteCertificate(listen, options.cert, options.key)
  for (const [flag, path] of [['--cert', options.cert] as const, ['--key', options.key] as const]) {
    if (path !== undefined && !ONE_WORD.test(path))
      throw usageError(
        `${flag}: this path cannot be written into a configuration of nginx`,
        'use a path without spaces, quotes, braces and `;`',
      )
  }
  return withConfig(cli, options.config, ({ config, guard }) => {
    const { policies, listen: listeners } = config.settings
    const text = nginxSnippet({
      decisions: addresses ?? [addressForNginx(listeners.decisions)],
      identityNames: guard.identityNames,
      identityBytes: identityBytesOf(policies),
      upstream,
      serverName,
      listen,
      ...(certificate === undefined ? {} : { certificate }),
    })
    if (options.json === true) writeJson(cli, 'warder.snippet/v1', { proxy: 'nginx', text })
    else cli.stdout.write(text)
    return EXIT.ok
  })
}

/** nginx has another working directory, and its configuration no quotes that help in an address. */
function addressForNginx(address: ListenAddress): string {
  const absolute = address.kind === 'unix' ? { ...address, path: resolve(address.path) } : address
  const text = reachableAddress(absolute)
  if (ONE_WORD.test(text)) return text
  throw new WarderError('ERR_CONFIG_ADDRESS', 'nginx cannot be told the path of the decisions socket', {
    hints: ['use a path without spaces, quotes, braces and `;`'],
  })
}

/** An allow carries the header of every policy, each with the longest value that one of them permits. */
function identityBytesOf(policies: readonly PolicySettings[]): number {
  const longest = new Map<string, number>()
  for (const { name, maxBytes } of policies.flatMap(({ identity }) => identity)) {
    const header = name.toLowerCase()
    longest.set(header, Math.max(longest.get(header) ?? 0, maxBytes))
  }
  return [...longest].reduce((sum, [header, bytes]) => sum + `${header}: \r\n`.length + bytes, 0)
}
