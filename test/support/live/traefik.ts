/** A real Traefik on loopback: its least static configuration, and the text under test as its dynamic one. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { traefikSnippet } from '../../../src/callers/traefik/snippet.ts'
import { startProgram, type ChildProgram } from './child-program.ts'
import type { Cleanup } from './cleanup.ts'
import type { StartFront } from './front.ts'
import { freePort } from './loopback.ts'
import { createTempDir } from './temp-dir.ts'

const ENTRY_POINT = 'web'
const ROUTER = 'warder-site-websocket@file'

const staticConfig = (
  port: number,
  apiPort: number,
  file: string,
  http: string,
  entryPoint: string,
  lines: string,
): string => `\
global: { checkNewVersion: false, sendAnonymousUsage: false }
log: { level: INFO, noColor: true }
api: { insecure: true }
entryPoints:
  ${ENTRY_POINT}: { address: "127.0.0.1:${port}", http: ${http}${entryPoint} }
  traefik: { address: "127.0.0.1:${apiPort}" }
providers: { file: { filename: ${JSON.stringify(file)}, watch: false } }
${lines}`

/**
 * Resolves when Traefik has loaded the text, with what its API reports about each router and middleware.
 *
 * @param http Of the entry point, in YAML.
 * @param entryPoint More members of it, in YAML.
 * @param lines More of the static configuration.
 */
export async function loadTraefik(
  text: string,
  port: number,
  cleanup: Cleanup,
  http = '{ sanitizePath: true }',
  entryPoint?: string,
  lines = '',
): Promise<{ readonly program: ChildProgram; readonly loaded: TraefikReport }> {
  const dir = createTempDir(cleanup)
  const apiPort = await freePort()
  const more = entryPoint === undefined ? '' : `, ${entryPoint}`
  const file = join(dir, 'dynamic.yaml')
  writeFileSync(file, text)
  writeFileSync(join(dir, 'traefik.yaml'), staticConfig(port, apiPort, file, http, more, lines))
  const program = startProgram(['traefik', `--configfile=${join(dir, 'traefik.yaml')}`])
  cleanup.add(() => program.stop())
  const loaded = await program.ready(`Traefik on port ${port}`, async () => {
    if (program.output().includes('Error while building configuration')) throw new Error(program.output())
    const report = await readReport(apiPort)
    return report?.routers[ROUTER] === undefined ? undefined : report
  })
  return { program, loaded }
}

/** What Traefik made of its dynamic configuration: mistakes are in `error`. */
export interface TraefikReport {
  readonly routers: Readonly<Record<string, TraefikPart>>
  readonly middlewares: Readonly<Record<string, TraefikPart>>
}

interface TraefikPart {
  readonly status?: string
  readonly error?: readonly string[]
}

async function readReport(apiPort: number): Promise<TraefikReport | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${apiPort}/api/rawdata`)
    return response.ok ? ((await response.json()) as TraefikReport) : undefined
  } catch {
    // Not listening yet.
    return undefined
  }
}

/** Traefik in front of a guarded site. */
export const traefikFront =
  (http?: string, entryPoint?: string, lines?: string): StartFront =>
  async ({ decisions, identityNames, upstream, port, editSnippet, tokenFields }, cleanup) => {
    const text = traefikSnippet({
      decisions: decisions.split(' '),
      ...(tokenFields && { tokenFields }),
      identityNames,
      upstream,
      serverNames: ['api.example.com'],
      certificate: undefined,
      entryPoints: [ENTRY_POINT],
    })
    return (await loadTraefik(editSnippet(text), port, cleanup, http, entryPoint, lines)).program
  }
