/** The commands of `warder`. Each declares its flags here and now, and loads what it needs when it runs. */
import { Command } from 'commander'
import type { Cli } from './cli.ts'
import { checkCommand } from './check/command.ts'
import { configCommand } from './config/command.ts'
import { decisionsCommand } from './decisions/command.ts'
import { devCommand } from './dev/command.ts'
import { doctorCommand } from './doctor/command.ts'
import { echoCommand } from './echo/command.ts'
import { explainCommand } from './explain/command.ts'
import { healthcheckCommand } from './healthcheck/command.ts'
import { keysCommand } from './keys/command.ts'
import { reloadCommand } from './reload/command.ts'
import { serveCommand } from './serve/command.ts'
import { snippetCommand } from './snippet/command.ts'
import { statusCommand } from './status/command.ts'
import { tokenCommand } from './token/command.ts'
import { workerCommand } from './worker/command.ts'
import { EXIT_MEANINGS } from './exit-codes.ts'
import { readVersion, versionCommand } from './version.ts'

/** The whole program, in the order of its help. */
export function createProgram(cli: Cli): Command {
  const program = new Command('warder')
    .description('The JWT guard for every reverse proxy.')
    .version(readVersion().version, '-V, --version', 'print the version')
    // run-cli.ts looks for it before anything is parsed; declared so that it is accepted and shown in help.
    .option('--no-color', 'no colours; NO_COLOR does the same')
    .addHelpText('after', EPILOGUE)
  const commands = [
    devCommand(cli),
    serveCommand(cli),
    checkCommand(cli),
    explainCommand(cli),
    tokenCommand(cli),
    keysCommand(cli),
    snippetCommand(cli),
    configCommand(cli),
    doctorCommand(cli),
    echoCommand(cli),
    statusCommand(cli),
    reloadCommand(cli),
    decisionsCommand(cli),
    healthcheckCommand(cli),
    versionCommand(cli),
  ]
  for (const command of commands) program.addCommand(command)
  program.addCommand(workerCommand(), { hidden: true })
  return program
}

const EPILOGUE = `
Start here:
  warder dev                                    a first look, on nothing
  warder check warder.yaml                      is the configuration valid?
  warder serve -c warder.yaml                   answer the proxy
  warder snippet --help                         what to write into your proxy: nginx, Traefik, Caddy, …
  warder doctor https://api.example.com/orders/42 --token-file token.jwt     does the guard hold?
  echo "$TOKEN" | warder explain --request 'GET https://api.example.com/orders/42'
  warder explain DECISION_ID                    why was that denied? The id is the X-Decision-Id of the answer
  warder decisions tail                         what is the running service deciding?

Exit codes:
${Object.entries(EXIT_MEANINGS)
  .map(([code, meaning]) => `  ${code}  ${meaning}`)
  .join('\n')}`
