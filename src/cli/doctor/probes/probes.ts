/** Every probe, in the order in which they are reported. */
import { BODY_PROBES } from './body-probes.ts'
import { CLIENT_PROBES } from './client-probes.ts'
import { CONNECTION_PROBES } from './connection-probes.ts'
import { HOST_PROBES } from './host-probes.ts'
import { IDENTITY_PROBES } from './identity-probes.ts'
import { METHOD_PROBES } from './method-probes.ts'
import { OVERRIDE_PROBES } from './override-probes.ts'
import { PATH_PROBES } from './path-probes.ts'
import type { Probe } from './probe.ts'
import { REACH_PROBES } from './reach-probes.ts'
import { TOKEN_PROBES } from './token-probes.ts'

export const PROBES: readonly Probe[] = [
  ...TOKEN_PROBES,
  ...IDENTITY_PROBES,
  ...OVERRIDE_PROBES,
  ...PATH_PROBES,
  ...HOST_PROBES,
  ...METHOD_PROBES,
  ...CONNECTION_PROBES,
  ...BODY_PROBES,
  ...REACH_PROBES,
  ...CLIENT_PROBES,
]
