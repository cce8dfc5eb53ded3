/** `warder echo`. */
import type { Cli } from '../cli.ts'
import { CliCommand, loadAndRun } from '../flags.ts'

export function echoCommand(cli: Cli): CliCommand {
  return new CliCommand('echo')
    .summary('an application that shows what arrives')
    .description(
      'Answers every request with what arrived: method, target, header fields as they were spelled, size of the body.\n' +
        'Put it behind the proxy in place of the application, to see what the application would get.\n' +
        'The answer is text, or JSON (warder.echo/v1) for `Accept: application/json`. Tokens and cookies are masked.',
    )
    .option('--listen <address>', 'host:port, :port for all interfaces, or unix:PATH', '127.0.0.1:8000')
    .examples(`
  warder echo
  warder echo --listen 127.0.0.1:9000
  curl -s http://127.0.0.1:8000/orders/42

Runs until SIGINT or SIGTERM. Every answer has X-Warder-Echo: 1.`)
    .action(loadAndRun(cli, async () => (await import('./run.ts')).runEcho))
}
