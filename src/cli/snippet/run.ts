/** `warder snippet PROXY`. */
import { resolve } from 'node:path'
import type { Proxy, SnippetFlags } from '../../callers/proxy.ts'
import type { SocketAddress } from '../../socket-address.ts'
import { WarderError } from '../../errors.ts'
import type { Settings } from '../../settings/definition.ts'
import type { PolicySettings } from '../../settings/policy/definition.ts'
import type { TokenSourceSettings } from '../../settings/token-source/definition.ts'
import { writeResult, type Cli } from '../cli.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { withConfig } from '../open-instance.ts'
import { canonicalName } from '../../callers/field-names.ts'
import { reachableAddress } from '../../settings/values/listen-address.ts'
import { usageError } from '../usage-error.ts'

const ADDRESS = /^(?:unix:\/.+|.+:[0-9]{1,5})$/

export async function runSnippet(cli: Cli, proxy: Proxy, options: SnippetFlags): Promise<ExitCode> {
  const { name, snippet } = proxy
  const addresses = options.decisions?.split(' ')
  if (addresses?.every((address) => ADDRESS.test(address) && snippet.canName(address)) === false)
    throw usageError(
      '--decisions: not one or more addresses',
      "write --decisions '10.0.0.1:9180 10.0.0.2:9180'; by default it is `listen.decisions` of the configuration",
    )
  if (addresses !== undefined && addresses.length > 1 && snippet.oneTcpAddress !== undefined)
    throw usageError(`--decisions: more than one address, for ${proxy.title}`, snippet.oneTcpAddress)
  const write = snippet.read(options)
  if (!write.ok) throw usageError(write.error.message, write.error.hint)
  return withConfig(cli, options.config, ({ config, guard }) => {
    const { policies, listen, tokenSources } = config.settings
    const text = write.value({
      decisions: addresses ?? [addressFor(proxy, askedListener(proxy, options, listen))],
      identityNames: guard.identityNames,
      identityBytes: identityBytesOf(policies),
      tokenFields: tokenFieldsOf([
        ...tokenSources,
        ...policies.flatMap((policy) => policy.tokenSources ?? []),
      ]),
    })
    if (listen.tls !== undefined && snippet.listenerFor?.(options) !== 'spoe')
      cli.stderr.write(
        'warning: the listener has `tls`, and this text asks without it; see docs/callers.md, "TLS between proxy and Warder"\n',
      )
    writeResult(cli, 'warder.snippet/v1', { proxy: name, text }, () => text)
    return EXIT.ok
  })
}

/** @throws WarderError when the proxy asks by gRPC or SPOE, and nothing listens for that. */
function askedListener(
  { title, asks, snippet }: Proxy,
  options: SnippetFlags,
  listen: Settings['listen'],
): SocketAddress {
  const name = snippet.listenerFor?.(options) ?? ('endpoint' in asks ? 'grpc' : 'decisions')
  const address = listen[name]
  if (address !== null) return address
  const hints = [
    `add \`${name}: 127.0.0.1:${USUAL_PORTS[name]}\` to \`listen\`, or write --decisions host:port`,
  ]
  throw new WarderError('ERR_CONFIG_MISSING_KEY', `${title} asks at \`listen.${name}\`, which is off`, {
    hints,
  })
}

const USUAL_PORTS = { decisions: 9180, grpc: 9190, spoe: 9191 } as const

/** The proxy has another working directory, and its configuration may have no quotes that help in an address. */
function addressFor({ title, snippet }: Proxy, address: SocketAddress): string {
  const absolute = address.kind === 'unix' ? { ...address, path: resolve(address.path) } : address
  const text = reachableAddress(absolute)
  if (snippet.canName(text)) return text
  const message = `the address of the decisions listener cannot be written into a configuration of ${title}`
  const hints = [snippet.oneTcpAddress ?? 'use a path without spaces, quotes, braces and `;`']
  throw new WarderError('ERR_CONFIG_ADDRESS', message, { hints })
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

/** Some proxies send only the fields that their configuration lists. A query parameter is in the path's field. */
function tokenFieldsOf(sources: readonly TokenSourceSettings[]): readonly string[] {
  const fields = sources.flatMap(({ kind, name }) => {
    if (kind === 'query') return []
    if (kind === 'header') return [canonicalName(name)]
    return [kind === 'cookie' ? 'Cookie' : 'Sec-WebSocket-Protocol']
  })
  return [...new Set(fields)]
}
