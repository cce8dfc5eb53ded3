/** `warder token …`. */
import type { Cli } from '../cli.ts'
import { AT_FLAG, CliCommand, CONFIG_FLAG, loadAndRun, repeatable } from '../flags.ts'

const TOKEN_ARGUMENT = ['[token]', '- for stdin; a token here ends up in the shell history'] as const

export function tokenCommand(cli: Cli): CliCommand {
  return new CliCommand('token')
    .summary('inspect, verify or create a token')
    .description('Looks into a token, verifies it, or makes one for tests.')
    .addCommand(inspectCommand(cli))
    .addCommand(verifyCommand(cli))
    .addCommand(mintCommand(cli))
}

function inspectCommand(cli: Cli): CliCommand {
  return new CliCommand('inspect')
    .summary('show header and claims, unverified')
    .description(
      'Decodes a token strictly and prints header and claims. Nothing is verified, and nothing is sent anywhere.',
    )
    .argument(...TOKEN_ARGUMENT)
    .option('--token-file <file>', 'read the token from a file')
    .option('--json', 'for programs: warder.token-inspect/v1')
    .examples(
      '\n  echo "$TOKEN" | warder token inspect\n  warder token inspect --token-file token.jwt --json | jq .claims',
    )
    .action(loadAndRun(cli, async () => (await import('./inspect.ts')).runTokenInspect))
}

function verifyCommand(cli: Cli): CliCommand {
  return new CliCommand('verify')
    .summary('is it valid?')
    .description(
      'Judges a token alone, as the endpoint /v1/auth/token does: by a policy, or as any valid token of any issuer.',
    )
    .argument(...TOKEN_ARGUMENT)
    .option(...CONFIG_FLAG)
    .option('-p, --policy <name>', 'judge by this policy')
    .option('--token-file <file>', 'read the token from a file')
    .option(...AT_FLAG)
    .option('--json', 'for programs: warder.token-verify/v1')
    .examples(`
  echo "$TOKEN" | warder token verify -c warder.yaml
  warder token verify --token-file token.jwt --policy orders-read

Exit codes: 0 valid, 5 invalid, 6 keys could not be fetched. Every step: warder explain`)
    .action(loadAndRun(cli, async () => (await import('./verify.ts')).runTokenVerify))
}

function mintCommand(cli: Cli): CliCommand {
  return new CliCommand('mint')
    .summary('create one for tests')
    .description(
      'Signs a token, for tests. The key is a secret, a private key, or the secret of an issuer of the configuration,\n' +
        'from which `iss`, `aud` and the algorithm are then taken, too.',
    )
    .option('--secret-file <file>', 'shared secret, for HMAC; a line feed at its end is left out')
    .option('--secret-encoding <encoding>', 'encoding of the secret: utf8, base64, base64url or hex', 'utf8')
    .option('--key-file <file>', 'private key, PEM')
    .option('-c, --config <file>', 'configuration file, for --issuer')
    .option('--issuer <name>', 'name of an issuer in the configuration')
    .option('--alg <name>', 'algorithm (default: the first that fits the key)')
    .option('--kid <id>', 'key id, for the header')
    .option('--iss <text>', 'issuer')
    .option('--aud <text>', 'audience; repeatable', repeatable)
    .option('--sub <text>', 'subject')
    .option('--scope <text>', 'scopes, separated by spaces')
    .option('--expires <duration>', 'lifetime', '1h')
    .option(
      '--claim <name=json>',
      'any other claim, or one of these with another value; repeatable',
      repeatable,
    )
    .option('--json', 'for programs: warder.token-mint/v1')
    .examples(`
  warder token mint -c warder.yaml --issuer main --sub alice --scope orders:read
  warder token mint --key-file key.pem --iss https://idp.example.com --aud api://orders --expires 5m
  warder token mint --secret-file secret --claim 'roles=["clerk"]' --claim 'tenant="acme"' --claim exp=1`)
    .action(loadAndRun(cli, async () => (await import('./mint.ts')).runTokenMint))
}
