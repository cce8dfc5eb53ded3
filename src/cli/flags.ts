/** Flags and arguments that several commands have. */

export const CONFIG_FLAG = [
  '-c, --config <file>',
  'configuration file (default: WARDER_CONFIG, ./warder.yaml, /etc/warder/warder.yaml)',
] as const

export const AT_FLAG = [
  '--at <time>',
  'judge as of then: 2026-11-21T17:09:55Z, or seconds since 1970',
] as const

/** Collects the values of a flag that may be given several times. */
export const repeatable = (value: string, earlier: readonly string[] = []): readonly string[] => [
  ...earlier,
  value,
]
