/** A real Hypercorn with its defaults, which takes `Upgrade: h2c` as well as WebSockets. */
import { startProgram } from './child-program.ts'
import type { Cleanup } from './cleanup.ts'
import { freePort, isListening } from './loopback.ts'

export interface Hypercorn {
  readonly port: number
  /** `2 GET /path subject` for each request that the application served. */
  served(): readonly string[]
}

export async function startHypercorn(cleanup: Cleanup): Promise<Hypercorn> {
  const port = await freePort()
  const program = startProgram(['hypercorn', '--bind', `127.0.0.1:${port}`, 'asgi_app:app'], {
    cwd: import.meta.dir,
    env: { PYTHONDONTWRITEBYTECODE: '1', PYTHONPATH: import.meta.dir },
  })
  cleanup.add(() => program.stop())
  await program.ready(`Hypercorn on port ${port}`, async () => (await isListening(port)) || undefined)
  return {
    port,
    served: () => [...program.output().matchAll(/^served (.*)$/gm)].map(([, line = '']) => line),
  }
}
