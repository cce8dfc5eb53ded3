/** A configuration in a worker: compiled from the plan, with keys that the supervisor keeps. */
import { readUsersFiles } from '../../config/start-checks/users-files.ts'
import { createDecide } from '../../decision/decide.ts'
import { compileGuardSliced } from '../../decision/guard.ts'
import { compileIssuer } from '../../jwt/issuer.ts'
import type { KeySource } from '../../keys/key-source.ts'
import { createCombinedSource } from '../../keys/sources/combined-source.ts'
import { finishInSlices, type Rest } from '../../slices.ts'
import type { ServingInstance } from '../build-instance.ts'
import { readTlsFiles } from '../tls-files.ts'
import { newId, systemKeyDeps } from '../system.ts'
import type { Mirrors } from './mirrors.ts'
import type { Plan } from './plan.ts'

/**
 * Compiles the plan, in slices. The supervisor has checked the same configuration, so anything thrown here is a reason to refuse it.
 *
 * @param mirrors Have taken the keys of the plan.
 * @throws WarderError or another Error
 */
export async function buildWorkerInstance(
  plan: Plan,
  mirrors: Mirrors,
  rest: Rest,
): Promise<ServingInstance> {
  const { settings, digest, files, selfSigned, sources } = plan
  const issuers = settings.issuers.map((issuer, i) =>
    compileIssuer(issuer, combine((sources[i] ?? []).map((id) => mirrors.of(id)))),
  )
  const guard = await finishInSlices(compileGuardSliced({ ...settings, ...settings.limits, issuers }), rest)
  const readFileSync = (path: string): Uint8Array => {
    const bytes = files.get(path)
    if (bytes !== undefined) return bytes
    throw Object.assign(new Error(`${path} was not there when the configuration was read`), {
      code: 'ENOENT',
    })
  }
  // Positions are of no use here: the supervisor has reported every mistake and warning.
  const config = { settings, digest, positionOfSetting: () => ({ file: '', line: 1, column: 1, length: 1 }) }
  return {
    config,
    guard,
    decide: createDecide(guard, { nowMs: systemKeyDeps.nowMs, newId }),
    ...readTlsFiles(settings, readFileSync, (_setting, run) => run(), selfSigned),
    usersOf: readUsersFiles(config, readFileSync).usersOf,
    close: () => undefined,
  }
}

function combine(parts: readonly KeySource[]): KeySource {
  const [first] = parts
  return first === undefined || parts.length > 1 ? createCombinedSource(parts) : first
}
