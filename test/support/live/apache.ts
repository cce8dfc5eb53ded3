/** A real Apache httpd on loopback, with the least configuration around the text under test. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ApacheSnippetOptions } from '../../../src/callers/apache/site.ts'
import { apacheSnippet } from '../../../src/callers/apache/snippet.ts'
import { startProgram, type ChildProgram } from './child-program.ts'
import type { Cleanup } from './cleanup.ts'
import type { StartFront } from './front.ts'
import { isListening } from './loopback.ts'
import { createTempDir } from './temp-dir.ts'

/** Where Debian has them. */
const MODULES = '/usr/lib/apache2/modules'

/** Beside the processing module. */
const LOADED = [
  'authz_core',
  'authz_host',
  'headers',
  'lua',
  'proxy',
  'proxy_http',
  'ssl',
  'http2',
  'socache_shmcb',
]

export interface ApacheOptions {
  readonly processing?: 'event' | 'prefork' | 'worker'
  /** Lines of the server, before the text. */
  readonly extra?: string
}

const wrapServer = (
  text: string,
  dir: string,
  { processing = 'event', extra = '' }: ApacheOptions,
): string => `\
ServerRoot ${dir}
DefaultRuntimeDir ${dir}
PidFile ${dir}/httpd.pid
ServerName localhost
LoadModule mpm_${processing}_module ${MODULES}/mod_mpm_${processing}.so
${LOADED.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so\n`).join('')}\
${process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : ''}
ErrorLog "|/bin/cat"
LogFormat "\\"%r\\" %>s %{WARDER_ID}e %{WARDER_REASON}e" plain
CustomLog "|/bin/cat" plain
${extra}
${text}
`

/** What `apache2 -t` reports: its exit code and its output. */
export async function testApacheConfig(
  options: ApacheSnippetOptions,
  cleanup: Cleanup,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = startProgram(['apache2', '-t', '-f', writeConfig(apacheSnippet(options), cleanup)])
  const code = await child.exited
  return { code, output: child.output() }
}

/** Apache in front of a guarded site. */
export const apacheFront =
  (options: ApacheOptions = {}): StartFront =>
  ({ decisions, identityNames, upstream, port, editSnippet, tokenFields }, cleanup) => {
    const site = {
      decisions: decisions.split(' '),
      ...(tokenFields && { tokenFields }),
      identityNames,
      upstream,
      serverNames: ['api.example.com'],
      certificate: undefined,
    }
    const text = apacheSnippet({ ...site, listen: `127.0.0.1:${port}` })
    return startApache(editSnippet(text), port, cleanup, options)
  }

/** Starts Apache, and waits until it accepts connections on `port` of 127.0.0.1. */
export async function startApache(
  text: string,
  port: number,
  cleanup: Cleanup,
  options: ApacheOptions = {},
): Promise<ChildProgram> {
  // Of its own group: as it stops, a prefork Apache ends every process of its group, and this one would be among them.
  const apache = startProgram([
    'setsid',
    'apache2',
    '-f',
    writeConfig(text, cleanup, options),
    '-DFOREGROUND',
  ])
  cleanup.add(() => apache.stop())
  await apache.ready(`Apache on port ${port}`, async () => (await isListening(port)) || undefined)
  return apache
}

function writeConfig(text: string, cleanup: Cleanup, options: ApacheOptions = {}): string {
  const dir = createTempDir(cleanup)
  const file = join(dir, 'httpd.conf')
  writeFileSync(file, wrapServer(text, dir, options))
  return file
}
