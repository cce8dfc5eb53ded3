/** Warder itself, in this process, on a port of its own. */
import { loadInstanceText } from '../../../src/app/load-instance.ts'
import type { Instance } from '../../../src/app/build-instance.ts'
import { startService, type Service } from '../../../src/app/service.ts'
import { systemKeyDeps } from '../../../src/app/system.ts'
import type { Decision } from '../../../src/decision/decision.ts'
import type { KeyDeps } from '../../../src/keys/key-deps.ts'
import type { Logger } from '../../../src/observe/logger.ts'
import type { AuthzRequest } from '../../../src/request/authz-request.ts'
import type { Cleanup } from './cleanup.ts'

/** One log line. */
export interface LogLine {
  readonly level: 'info' | 'warn' | 'error'
  readonly fields: Readonly<Record<string, unknown>>
}

export interface RunningWarder {
  readonly service: Service
  readonly port: number
  readonly log: readonly LogLine[]
  /** Stops at once; a second call does nothing. */
  stop(): Promise<void>
}

/** A decision of the service, and the request as it was judged. */
export interface JudgedRequest {
  readonly request: AuthzRequest
  readonly decision: Decision
}

/**
 * Loads the text, waits for the first load of the keys, and listens.
 *
 * @param judged Gets every decision on a request that could be read.
 * @throws Error with the codes and messages of a configuration that is refused.
 */
export async function startWarder(
  configText: string,
  cleanup: Cleanup,
  name = 'warder.yaml',
  deps: Partial<KeyDeps> = {},
  judged?: JudgedRequest[],
): Promise<RunningWarder> {
  const loaded = await loadInstanceText(configText, name, { ...systemKeyDeps, ...deps })
  if (!loaded.ok) {
    throw new Error(loaded.error.diagnostics.map(({ code, message }) => `${code}: ${message}`).join('\n'))
  }
  await loaded.value.started
  const log: LogLine[] = []
  const service = await startService(withRecord(loaded.value, judged), createMemoryLogger(log))
  let stopped: Promise<void> | undefined
  const stop = (): Promise<void> => (stopped ??= service.stop(0))
  cleanup.add(stop)
  return { service, port: portOf(service.addresses[0]), log, stop }
}

function withRecord(instance: Instance, judged: JudgedRequest[] | undefined): Instance {
  if (judged === undefined) return instance
  const decide: Instance['decide'] = (question, recorder) => {
    const decided = instance.decide(question, recorder)
    const keep = (decision: Decision): Decision => {
      judged.push({ request: question.request, decision })
      return decision
    }
    return decided instanceof Promise ? decided.then(keep) : keep(decided)
  }
  return { ...instance, decide }
}

export const portOf = (address: string | undefined): number =>
  Number(address?.slice(address.lastIndexOf(':') + 1))

function createMemoryLogger(log: LogLine[]): Logger {
  const write =
    (level: LogLine['level']) =>
    (fields: Readonly<Record<string, unknown>>): boolean =>
      log.push({ level, fields }) > 0
  return {
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    flush: async () => true,
    flushSync: () => undefined,
  }
}
