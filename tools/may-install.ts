/** Whether `npm test` may install the programs of its live tests. */

export interface Surroundings {
  /** The arguments of `npm test --`. */
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** A person sits at the terminal and can be asked. */
  readonly isTerminal: boolean
}

export const INSTALL_FLAG = '--install'
export const NO_INSTALL_FLAG = '--no-install'
/** `yes` or `no`; a flag counts more. */
export const INSTALL_VARIABLE = 'WARDER_TEST_INSTALL'

/** How to forbid it, for messages. */
export const HOW_TO_FORBID = `\`npm test -- ${NO_INSTALL_FLAG}\` or ${INSTALL_VARIABLE}=no`

/**
 * The flag or variable decides; otherwise the question goes to the person at the terminal. Without one, as in CI, the
 * answer is yes: the first `npm test` on a fresh machine does its whole set-up.
 */
export function mayInstall({ args, env, isTerminal }: Surroundings): 'yes' | 'no' | 'ask' {
  if (args.includes(NO_INSTALL_FLAG)) return 'no'
  if (args.includes(INSTALL_FLAG)) return 'yes'
  const setting = env[INSTALL_VARIABLE]
  if (setting === 'yes' || setting === 'no') return setting
  return isTerminal && env['CI'] !== 'true' ? 'ask' : 'yes'
}
