/** The real proxies, each with the text that `warder snippet` prints for it. */
import type { Program } from '../../../../tools/programs.ts'
import { PROXIES } from '../../../../src/callers/callers.ts'
import type { SnippetFacts } from '../../../../src/callers/proxy.ts'
import type { Cleanup } from '../cleanup.ts'
import { startNginx } from '../nginx.ts'
import type { RunningWarder } from '../warder.ts'

/** What the proxy has to guard. */
export interface ProxyTask extends SnippetFacts {
  /** Where it shall listen, on 127.0.0.1. */
  readonly port: number
  readonly upstream: string
  readonly serverName: string
}

export interface ConformingProxy {
  /** In `PROXIES`. */
  readonly name: string
  readonly programs: readonly Program[]
  /** Starts it, and waits until it accepts connections on `task.port`. */
  readonly start: (task: ProxyTask, cleanup: Cleanup) => Promise<unknown>
  /** More words of `listen` that it needs, each behind a comma. */
  readonly extraListen?: () => string
  /** The port of Warder that it asks. Default: of the decisions listener. */
  readonly portOf?: (warder: RunningWarder) => number
}

/** The text of `warder snippet NAME`. */
export function snippetText(name: string, task: ProxyTask, listen: string): string {
  const proxy = PROXIES.find((one) => one.name === name)
  if (proxy === undefined) throw new Error(`no proxy ${name}`)
  const { upstream, serverName } = task
  const write = proxy.snippet.read({ upstream, serverName, listen })
  if (!write.ok) throw new Error(`${write.error.message}: ${write.error.hint}`)
  return write.value(task)
}

export const CONFORMING: readonly ConformingProxy[] = [
  {
    name: 'nginx',
    programs: ['nginx'],
    start: (task, cleanup) =>
      startNginx(snippetText('nginx', task, `127.0.0.1:${task.port}`), task.port, cleanup),
  },
]
