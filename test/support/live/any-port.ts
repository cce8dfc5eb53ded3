/**
 * Loaded first by a Warder process whose configuration cannot name its decision and admin addresses: both get a port
 * of the system's choice, so that a program on the default ports does not matter.
 */
import { usualSettings } from '../../../src/settings/definition.ts'

const { decisions, admin } = usualSettings().listen
for (const address of [decisions, admin]) if (address?.kind === 'tcp') Object.assign(address, { port: 0 })
