/** `warder snippet nginx`. */
import { nginxSnippet } from '../callers/nginx-snippet.ts'
import { writeJson, type Cli } from './cli.ts'
import type { SnippetOptions } from './commands/snippet.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { withConfig } from './open-instance.ts'
import { reachableAddress } from './reachable-address.ts'
import { usageError } from './usage-error.ts'

// The characters that mean something in nginx's configuration; checked again where the text is made.
const WORD = String.raw`[^\s;{}'"\\$#]+`
const UPSTREAM = /^https?:\/\/[^\s;{}'"\\$#/?]+$/
const WORDS = new RegExp(`^${WORD}(?: ${WORD})*$`)

export async function runSnippetNginx(cli: Cli, options: SnippetOptions): Promise<ExitCode> {
  const { upstream, serverName, listen } = options
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
  return withConfig(cli, options.config, ({ config, guard }) => {
    const decisions = reachableAddress(config.settings.listen.decisions)
    const text = nginxSnippet({ decisions, identityNames: guard.identityNames, upstream, serverName, listen })
    if (options.json === true) writeJson(cli, 'warder.snippet/v1', { proxy: 'nginx', text })
    else cli.stdout.write(text)
    return EXIT.ok
  })
}
