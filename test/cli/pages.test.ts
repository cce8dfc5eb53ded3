/** The command lines of the pages: each names a command and flags that exist. */
import { describe, expect, it } from 'bun:test'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Glob } from 'bun'
import type { Command } from 'commander'
import type { Cli } from '../../src/cli/cli.ts'
import { createProgram } from '../../src/cli/program.ts'

const ROOT = resolve(import.meta.dir, '../..')
const PAGES = ['README.md', 'CONTRIBUTING.md', 'docs/*.md', 'examples/*.md', 'examples/run.sh'].flatMap(
  (pattern) => [...new Glob(pattern).scanSync(ROOT)],
)
// Declaring commands asks nothing of it.
const program = createProgram({} as Cli)

/** Code of a page, a command line on one line: fenced, indented, or between backticks. */
function commandLinesOf(page: string): readonly string[] {
  const text = readFileSync(resolve(ROOT, page), 'utf8').replaceAll(/\\\n\s*/g, '')
  const code = [...text.matchAll(/`([^`\n]+)`/g)].map(([, inline = '']) => inline)
  const lines = [
    ...code,
    ...text.split('\n').filter((line) => /^(?:\$ | {4}|TOKEN=|token=| +\(?token=)/.test(line)),
  ]
  return lines
    .flatMap((line) => line.split(/[|;]|\$\(|\) | & | # /))
    .map((line) => /(?:^|[\s(])(?:npm run -s warder --|(?<![./\w-])warder) ([a-z].*)$/.exec(line)?.[1])
    .filter((line) => line !== undefined)
}

/** The flags of a line that its command does not have, or the line if there is no such command. */
function unknownIn(line: string): readonly string[] {
  const words = line.split(/\s+/)
  let command: Command = program
  while (command.commands.length > 0) {
    // `help` among them.
    const next = command
      .createHelp()
      .visibleCommands(command)
      .find((one) => one.name() === words[0])
    if (next === undefined) break
    command = next
    words.shift()
  }
  if (command === program) return [line]
  const known = new Set(['--help', ...command.options.flatMap(({ long, short }) => [long, short])])
  return words.filter((word) => /^--?[a-z]/i.test(word) && !known.has(word.replace(/[=,.:)'"].*$/, '')))
}

describe('the command lines of the pages', () => {
  it('are found', () => {
    expect(commandLinesOf('README.md').length).toBeGreaterThan(10)
    expect(unknownIn('snippet nginx --upsteam http://127.0.0.1:8000')).toEqual(['--upsteam'])
    expect(unknownIn('chek warder.yaml')).toEqual(['chek warder.yaml'])
  })

  for (const page of PAGES)
    it(`of ${page} name commands and flags that exist`, () => {
      expect(commandLinesOf(page).flatMap(unknownIn)).toEqual([])
    })
})
