/** A service on free loopback ports, from a text, for tests. */
import { loadInstanceText } from '../../src/app/load-instance.ts'
import { startService, type Service } from '../../src/app/service.ts'
import { systemKeyDeps } from '../../src/app/system.ts'
import type { Instance } from '../../src/app/build-instance.ts'
import type { Logger } from '../../src/observe/logger.ts'

export const SECRET = 'a secret of the tests, 32 bytes!'
export const ISSUER = 'https://idp.example.com'
export const AUDIENCE = 'api://orders'

/** A configuration with one HMAC issuer, two policies and four routes. */
export const CONFIG = `version: 1
issuers:
  - { name: main, issuer: ${ISSUER}, audience: ${AUDIENCE}, keys: { secret: "${SECRET}" } }
policies:
  read: { scope: orders:read, identity: { X-Auth-Subject: sub } }
  write: { scope: orders:write, identity: { X-Auth-Subject: sub, X-Auth-Roles: roles } }
routes:
  - { name: health, match: { path: /healthz }, access: public }
  - { name: read, match: { path: /orders/**, method: GET }, policy: read }
  - { name: write, match: { path: /orders/** }, policy: write }
listen: { decisions: 127.0.0.1:0, admin: 127.0.0.1:0 }
drain: 0s
`

/** One log line. */
export type LogLine = Readonly<Record<string, unknown>>

/** A logger that keeps its lines. */
export function memoryLogger(): { readonly logger: Logger; readonly lines: LogLine[] } {
  const lines: LogLine[] = []
  const keep =
    (level: string) =>
    (fields: LogLine, message: string): boolean =>
      lines.push({ level, ...fields, msg: message }) > 0
  return {
    lines,
    logger: {
      info: keep('info'),
      warn: keep('warn'),
      error: keep('error'),
      flush: async () => true,
      flushSync: () => undefined,
    },
  }
}

export async function loadOrThrow(text: string): Promise<Instance> {
  const loaded = await loadInstanceText(text, 'warder.yaml', systemKeyDeps)
  if (!loaded.ok)
    throw new Error(loaded.error.diagnostics.map(({ code, message }) => `${code} ${message}`).join('\n'))
  return loaded.value
}

export interface RunningService {
  readonly service: Service
  readonly lines: readonly LogLine[]
  readonly decisionsPort: number
  /** `http://127.0.0.1:PORT` of the listeners. */
  readonly decisions: string
  readonly admin: string
}

/** @param text A configuration that listens on 127.0.0.1:0. */
export async function runService(text: string = CONFIG): Promise<RunningService> {
  const { logger, lines } = memoryLogger()
  const instance = await loadOrThrow(text)
  const { decisions: asked, admin: askedAdmin } = instance.config.settings.listen
  for (const address of [asked, askedAdmin])
    if (address?.kind === 'tcp' && address.port !== 0)
      throw new Error(`port ${address.port} may be taken: write \`listen: { decisions: 127.0.0.1:0, … }\``)
  const service = await startService(instance, logger)
  const [decisions = '', admin = ''] = service.addresses
  const decisionsPort = Number(decisions.split(':').at(-1))
  return { service, lines, decisionsPort, decisions: `http://${decisions}`, admin: `http://${admin}` }
}
