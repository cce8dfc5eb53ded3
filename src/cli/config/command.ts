/** `warder config …`. */
import type { Cli } from '../cli.ts'
import { CliCommand, CONFIG_FLAG, loadAndRun } from '../flags.ts'

export function configCommand(cli: Cli): CliCommand {
  return new CliCommand('config')
    .summary('show, describe or convert a configuration')
    .description('Shows the configuration in force, its schema, or another format as a warder.yaml.')
    .addCommand(showCommand(cli))
    .addCommand(schemaCommand(cli))
    .addCommand(convertCommand(cli))
}

function showCommand(cli: Cli): CliCommand {
  return new CliCommand('show')
    .summary('with every default, without secrets')
    .description('Prints the configuration with every default filled in and every secret masked.')
    .option(...CONFIG_FLAG)
    .option('--origin', 'one line per setting, with the line, preset or default that it comes from')
    .option('--json', 'for programs: warder.config/v1; with --origin warder.config-origin/v1')
    .examples(`
  warder config show -c warder.yaml
  warder config show --origin | grep preset
  warder config show --json | jq .config.listen`)
    .action(loadAndRun(cli, async () => (await import('./show.ts')).runConfigShow))
}

function schemaCommand(cli: Cli): CliCommand {
  return new CliCommand('schema')
    .summary('JSON Schema, for editors')
    .description('Prints the JSON Schema of warder.yaml.')
    .option('--json', 'changes nothing: a JSON Schema is JSON')
    .examples(`
  warder config schema > warder.schema.json
  # and in the first line of warder.yaml:
  # yaml-language-server: $schema=./warder.schema.json`)
    .action(async () => {
      const { configJsonSchema } = await import('../../settings/json-schema.ts')
      cli.stdout.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`)
    })
}

function convertCommand(cli: Cli): CliCommand {
  return new CliCommand('convert')
    .summary('the configuration of jwtauthrequest or Goma to warder.yaml')
    .description(
      'Prints the equivalent warder.yaml of another configuration. Shared keys are copied as they are, because the\n' +
        'result replaces a file that has them. Parts that cannot be converted are denied, have a line that begins with\n' +
        'TODO, and make the exit code 7.',
    )
    .argument('<file>', 'the configuration of jwtauthrequest or Goma Gateway')
    .option('--json', 'for programs: warder.config-convert/v1')
    .examples('\n  warder config convert config.json > warder.yaml')
    .action(loadAndRun(cli, async () => (await import('./convert.ts')).runConfigConvert))
}
