/** A real Envoy on loopback with a printed bootstrap. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { envoySnippet } from '../../../src/callers/envoy/snippet.ts'
import { envoyGrpcSnippet } from '../../../src/callers/envoy-grpc/snippet.ts'
import { startProgram, type ChildProgram } from './child-program.ts'
import type { Cleanup } from './cleanup.ts'
import type { StartFront } from './front.ts'
import { isListening } from './loopback.ts'
import { createTempDir } from './temp-dir.ts'

/** A restart of one Envoy must not talk to another one. */
const SETTINGS = ['--concurrency', '1', '--disable-hot-restart', '--log-level', 'warning']

function writeBootstrap(text: string, cleanup: Cleanup): string {
  const file = join(createTempDir(cleanup), 'envoy.yaml')
  writeFileSync(file, text)
  return file
}

/** What `envoy --mode validate` reports: its exit code and its output. */
export async function validateEnvoy(
  text: string,
  cleanup: Cleanup,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = startProgram([
    'envoy',
    '-c',
    writeBootstrap(text, cleanup),
    '--mode',
    'validate',
    ...SETTINGS,
  ])
  return { code: await child.exited, output: child.output() }
}

/** Starts Envoy and waits until it accepts connections on `port`. */
export async function startEnvoy(text: string, port: number, cleanup: Cleanup): Promise<ChildProgram> {
  const envoy = startProgram(['envoy', '-c', writeBootstrap(text, cleanup), ...SETTINGS])
  cleanup.add(() => envoy.stop('SIGKILL'))
  await envoy.ready(`Envoy on port ${port}`, async () => (await isListening(port)) || undefined)
  return envoy
}

const front =
  (write: typeof envoySnippet): StartFront =>
  ({ decisions, identityNames, upstream, port, editSnippet, tokenFields }, cleanup) =>
    startEnvoy(
      editSnippet(
        write({
          decisions: decisions.split(' '),
          ...(tokenFields && { tokenFields }),
          identityNames,
          upstream,
          serverNames: ['api.example.com'],
          certificate: undefined,
          listen: `127.0.0.1:${port}`,
        }),
      ),
      port,
      cleanup,
    )

/** Envoy in front of a site, which asks over HTTP. */
export const envoyFront = front(envoySnippet)
/** The same, which asks by gRPC. */
export const envoyGrpcFront = front(envoyGrpcSnippet)
