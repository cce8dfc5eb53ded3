/** Goma Gateway as a measured process, with an auth service. */
import { whichProgram } from '../tools/programs.ts'
import { askedUrl } from './gateway-server.ts'
import { type Bench, findFreePort, type RunningServer } from './processes.ts'

export interface GomaPorts {
  /** Asked about every request. */
  readonly service: number
  readonly content: number
}

/** Starts it and waits for the first answer of the application. */
export async function startGoma(bench: Bench, { service, content }: GomaPorts): Promise<RunningServer> {
  const port = await findFreePort()
  const file = await bench.write(
    'goma.yml',
    `version: 2
gateway:
  log: { level: "off" }
  entryPoints:
    web: { address: "127.0.0.1:${port}" }
  routes:
    - name: asked
      path: /asked
      enabled: true
      backends: [{ endpoint: "http://127.0.0.1:${content}" }]
      middlewares: [service]
middlewares:
  - name: service
    type: forwardAuth
    paths: ["/.*"]
    rule: { authUrl: "http://127.0.0.1:${service}/" }
`,
  )
  const command = [whichProgram('goma'), 'server', '--config', file]
  return { pid: await bench.start(command, askedUrl(port, '1KiB')), port }
}
