/** `warder explain`. */
import type { Cli } from '../cli.ts'
import { AT_FLAG, CliCommand, CONFIG_FLAG, repeatable } from '../flags.ts'
import { ACCESS_FLAGS } from '../running/admin-flags.ts'
import type { ExplainOptions } from './run.ts'

export function explainCommand(cli: Cli): CliCommand {
  return new CliCommand('explain')
    .summary('why is a request allowed or denied?')
    .description(
      'Judges one request as the service would, with the same code, and prints every step of the decision.\n' +
        'The token is read from stdin. It goes where the policy looks for it: into a header if it looks in one.\n' +
        'With the id of a decision, asks a running Warder why it decided so; no token is needed.\n' +
        'With a code, prints what it means and what to do instead.',
    )
    .argument(
      '[token]',
      'a token, - for stdin (a token here ends up in the shell history); the id of a decision; or the code of an error or reason',
    )
    .option(...CONFIG_FLAG)
    .option('-r, --request <request>', "method and absolute URL: 'GET https://api.example.com/orders/42'")
    .option('-H, --header <header>', "a header of the request: 'Name: value'; repeatable", repeatable)
    .option('-p, --policy <name>', 'judge by this policy instead of the routes')
    .option('--token-file <file>', 'read the token from a file')
    .option('--no-token', 'judge the request without a token')
    .option(...AT_FLAG)
    .option(
      '--server <url>',
      'have a running Warder judge the request, or explain its decision: its admin listener, http://HOST:PORT, https:// or unix:PATH',
    )
    .sharedFlags(ACCESS_FLAGS)
    .option('--json', 'for programs: warder.explain/v1')
    .examples(`
  echo "$TOKEN" | warder explain --request 'GET https://api.example.com/orders/42'
  warder explain --token-file token.jwt --policy orders-read --at 2026-11-21T17:09:55Z
  warder explain --no-token --request 'GET https://api.example.com/healthz'
  warder explain 01KF6D3V5T5N7Q3J8Y3M0W2Z4C       # the X-Decision-Id of an answer, the id of a log line
  echo "$TOKEN" | warder explain --server http://127.0.0.1:9181 --request 'GET https://api.example.com/orders/42'
  warder explain audience_mismatch
  warder explain ERR_CONFIG_UNKNOWN_KEY

Exit codes: 0 allowed, or the code is known, 2 unknown code or id, 5 denied, 6 keys could not be fetched, or no running Warder.`)
    .action(async (token: string | undefined, options: ExplainOptions) => {
      const isAboutRequest = options.request ?? options.policy ?? options.tokenFile
      if (token !== undefined && isAboutRequest === undefined && isCodeLike(token)) {
        const { runExplainCode } = await import('./code.ts')
        return cli.setExitCode(runExplainCode(cli, token))
      }
      if (token !== undefined && isDecisionIdLike(token)) {
        const { runExplainDecision } = await import('./decision.ts')
        return cli.setExitCode(await runExplainDecision(cli, token, options))
      }
      if (options.server !== undefined) {
        const { runExplainByService } = await import('./by-service.ts')
        return cli.setExitCode(await runExplainByService(cli, token, options))
      }
      const { runExplain } = await import('./run.ts')
      return cli.setExitCode(await runExplain(cli, token, options))
    })
}

/** An id, or one that was not copied completely. No token is like it, as it has dots. */
const isDecisionIdLike = (text: string): boolean => /^0[0-9A-Z]{19,31}$/i.test(text)

/** In characters; far above the longest code. */
const LONGEST_CODE = 64

/** What an argument of `explain` must look like to be a code; no token does, as it has dots or upper and lower case. */
export const isCodeLike = (text: string): boolean =>
  text.length <= LONGEST_CODE && /^(?:[a-z]+(?:_[a-z]+)*|[A-Z]+(?:_[A-Z]+)+)$/.test(text)
