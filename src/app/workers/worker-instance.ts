/** A configuration in a worker: compiled from the plan, with keys that the supervisor keeps. */
import { createDecide } from '../../decision/decide.ts'
import { compileGuardSliced } from '../../decision/guard.ts'
import { compileIssuer } from '../../jwt/issuer.ts'
import type { KeySource } from '../../keys/key-source.ts'
import { createCombinedSource } from '../../keys/sources/combined-source.ts'
import { createSubjectNaming } from '../../observe/subjects.ts'
import { finishInSlices, type Rest } from '../../slices.ts'
import type { ServingInstance } from '../build-instance.ts'
import { identityKeyOf } from '../identity-key.ts'
import { newId, systemKeyDeps } from '../system.ts'
import type { FileParts } from './file-parts.ts'
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
  const { settings, digest, sources } = plan
  const issuers = settings.issuers.map((issuer, i) =>
    compileIssuer(issuer, combine((sources[i] ?? []).map((id) => mirrors.of(id)))),
  )
  const subjects = createSubjectNaming(settings.log, identityKeyOf(settings.log))
  const input = { ...settings, ...settings.limits, issuers, subjects }
  const guard = await finishInSlices(compileGuardSliced(input), rest)
  const { gateway, tls } = settings.listen
  const hasFiles = gateway.length > 0 || tls !== undefined
  return {
    config: { settings, digest },
    guard,
    decide: createDecide(guard, { nowMs: systemKeyDeps.nowMs, newId }),
    ...(hasFiles ? (await import('./file-parts.ts')).readFileParts(plan) : NO_FILES),
    close: () => undefined,
  }
}

/** Without the gateway and without TLS, nothing of them is loaded. */
const NO_FILES: FileParts = {
  callerCertificates: undefined,
  adminCertificates: undefined,
  certificates: [],
  serverTrust: new Map(),
  authTrust: new Map(),
  usersOf: ({ users }) => users,
}

function combine(parts: readonly KeySource[]): KeySource {
  const [first] = parts
  return first === undefined || parts.length > 1 ? createCombinedSource(parts) : first
}
