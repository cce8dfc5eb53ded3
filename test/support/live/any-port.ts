/**
 * Loaded first by a Warder process whose configuration cannot name its decision and admin addresses: both get a port
 * of the system's choice, so that a program on the default ports does not matter.
 */
import { usualSettings } from '../../../src/settings/definition.ts'

const { decisions, admin } = usualSettings().listen
const fixed = new Set([decisions, admin].map((address) => address?.kind === 'tcp' && address.port))
const serve = Bun.serve

Bun.serve = ((options: { readonly port?: number }) =>
  serve({
    ...options,
    ...(fixed.has(options.port ?? false) ? { port: 0 } : {}),
  } as Parameters<typeof serve>[0])) as typeof serve
