/** What no single part of the configuration can say: names, references, and what parts mean together. */
import { usualSettings } from '../settings/definition.ts'
import { dialectEndpoints } from '../callers/callers.ts'
import type { Algorithm } from '../syntax/algorithms.ts'
import { checkGateway } from '../settings/upstream/check.ts'
import { checkIssuer } from '../settings/issuer/check.ts'
import { checkOneHeader, checkToldTwice } from '../settings/route/check-judges.ts'
import { checkEndpoints } from '../settings/endpoint/check.ts'
import { checkPolicy } from '../settings/policy/check.ts'
import { checkRoute } from '../settings/route/check.ts'
import { checkTokenSource } from '../settings/token-source/check.ts'
import { checkTrustedCaller } from '../settings/trusted-caller/check.ts'
import { issuerNames } from '../settings/default-names.ts'
import {
  problemAt,
  problemAtKey,
  unknownReference,
  type Located,
  type LocatedProblem,
} from '../settings/problem.ts'
import { mayOverlap, expandTenants } from '../settings/issuer/tenants.ts'
import { checkAdmin } from '../settings/admin/check.ts'
import { formatListenAddress, isLoopback, isSameAddress } from '../settings/values/listen-address.ts'
import { keyPartsOf, keySourceOf } from '../settings/keys/parts.ts'
import { checkPasswordLimits } from '../settings/basic-auth/check.ts'
import { checkRateLimits } from '../settings/rate-limit/check.ts'
import { quoted } from '../printable.ts'
import type { ConfigParts } from '../settings/read/read-config.ts'
import { judgesIn } from '../settings/route/judges.ts'
import { missingKey } from '../settings/read/schema-problems.ts'
import type { SocketAddress } from '../socket-address.ts'
import type { IssuerConfig } from '../settings/issuer/definition.ts'

/**
 * Every error and warning that the schema does not find. Parts that the schema refused are absent from `parts`;
 * what would need them is not checked, so that one mistake is not reported twice.
 */
export function crossCheck(parts: ConfigParts, supported: ReadonlySet<Algorithm>): readonly LocatedProblem[] {
  return [
    ...checkIssuersThere(parts),
    ...parts.issuers.flatMap((issuer) => checkIssuer(issuer, supported)),
    ...parts.tokenSources.flatMap((source) => checkTokenSource(source)),
    ...parts.policies.flatMap((policy) => checkPolicy(policy)),
    ...checkEach(parts.routes, checkRoute),
    ...checkEndpoints(parts.endpoints),
    ...checkDuplicates(parts.issuers, 'issuer'),
    ...checkDuplicates(parts.routes, 'route'),
    ...checkReferences(parts),
    ...parts.trustedCallers.flatMap((caller) => checkTrustedCaller(caller)),
    ...checkListeners(parts),
    ...checkAdmin(parts),
    ...checkGateway(parts),
    ...checkRateLimits(parts),
    ...checkPasswordLimits(parts),
    ...checkToldTwice(parts),
    ...checkOneHeader(parts),
    ...(parts.whole === undefined
      ? []
      : [
          ...checkCandidates(parts),
          ...checkUnused(parts),
          ...checkUnrouted(parts),
          ...checkSnapshots(parts),
        ]),
  ]
}

function checkSnapshots({ issuers, whole }: ConfigParts): readonly LocatedProblem[] {
  const files = new Set<string>()
  const maps = issuers.flatMap(({ pointer, value }) => [
    ...new Map(keyPartsOf(value).map(({ at, keys }) => [`${pointer}${at}`, keys])),
  ])
  return maps.flatMap(([at, { startup, snapshot_file: file }]) => {
    if (file === undefined) {
      if (startup !== 'snapshot' || whole?.state_dir !== undefined) return []
      const message = '`startup: snapshot` needs a place to keep the keys'
      const hint = 'set `state_dir` at the top level, or `snapshot_file` here'
      return [problemAt(`${at}/startup`, 'ERR_CONFIG_MISSING_KEY', message, hint)]
    }
    const isShared = files.has(file)
    files.add(file)
    if (!isShared) return []
    const message = `several issuers would keep their keys in ${quoted(file)}`
    const hint = 'set `state_dir` instead: each issuer gets its own file'
    return [problemAt(`${at}/snapshot_file`, 'ERR_CONFIG_DUPLICATE_NAME', message, hint)]
  })
}

/** Who lets no token judge needs no issuer: every route is public, closed, or an auth service's. */
function checkIssuersThere({ whole, routes, policies, endpoints }: ConfigParts): readonly LocatedProblem[] {
  if (whole === undefined || whole.issuers !== undefined) return []
  const hasOwnJudges = routes.length > 0 && policies.length === 0 && endpoints.length === 0
  return hasOwnJudges ? [] : [missingKey('/issuers')]
}

/** Ten thousand routes have no problem: `flatMap` would take as long as the checks. */
function checkEach<T>(
  parts: readonly T[],
  check: (part: T) => readonly LocatedProblem[],
): readonly LocatedProblem[] {
  const found: LocatedProblem[] = []
  for (const part of parts) for (const problem of check(part)) found.push(problem)
  return found
}

function checkDuplicates(
  parts: readonly Located<{ readonly name?: string | undefined }>[],
  what: string,
): readonly LocatedProblem[] {
  const seen = new Set<string>()
  const found: LocatedProblem[] = []
  for (const { pointer, value } of parts) {
    const { name } = value
    if (name === undefined) continue
    if (seen.has(name)) {
      const message = `the ${what} ${quoted(name)} exists already`
      found.push(problemAt(`${pointer}/name`, 'ERR_CONFIG_DUPLICATE_NAME', message))
    }
    seen.add(name)
  }
  return found
}

function checkReferences(parts: ConfigParts): readonly LocatedProblem[] {
  const { policyNames, issuersSound, policies } = parts
  const found: LocatedProblem[] = []
  for (const { pointer, value } of policyUsers(parts)) {
    if (value.policy === undefined || policyNames.has(value.policy)) continue
    found.push(unknownReference(`${pointer}/policy`, 'policy', value.policy, policyNames))
  }
  const names = new Set(issuerNames(parts.issuers))
  for (const { pointer, value } of issuersSound ? policies : []) {
    value.issuers?.forEach((name, i) => {
      if (!names.has(name)) found.push(unknownReference(`${pointer}/issuers/${i}`, 'issuer', name, names))
    })
  }
  return found
}

/** What may name a policy. */
function policyUsers(parts: ConfigParts): readonly Located<{ readonly policy?: string | undefined }>[] {
  const users: Located<{ readonly policy?: string | undefined }>[] = []
  for (const route of parts.routes) {
    if (route.value.all_of === undefined) users.push(route)
    else users.push(...judgesIn(route))
  }
  return [...users, ...parts.endpoints]
}

function checkListeners({ listen = {}, root }: ConfigParts): readonly LocatedProblem[] {
  const decisions = listen.decisions ?? usualSettings().listen.decisions
  const admin = listen.admin === undefined ? usualSettings().listen.admin : listen.admin
  const found: LocatedProblem[] = []
  if (listen.admin_hosts !== undefined && admin?.kind !== 'tcp') {
    const where = admin === null ? '`admin: off`' : 'a unix socket, which answers under any name'
    const message = `\`admin_hosts\` has no effect with ${where}`
    found.push(problemAtKey('/listen/admin_hosts', 'ERR_CONFIG_USELESS_KEY', message))
  }
  if (admin !== null && isSameAddress(decisions, admin)) {
    const at = listen.admin === undefined ? '/listen/decisions' : '/listen/admin'
    found.push(addressTaken(at, admin))
  }
  const grpc = listen.grpc ?? null
  if (grpc !== null && [decisions, admin].some((other) => other !== null && isSameAddress(grpc, other)))
    found.push(addressTaken('/listen/grpc', grpc))
  const spoe = listen.spoe ?? null
  if (spoe !== null && [decisions, admin, grpc].some((other) => other !== null && isSameAddress(spoe, other)))
    found.push(addressTaken('/listen/spoe', spoe))
  const areNamed = root['trusted_callers'] !== undefined
  for (const [key, address] of Object.entries({ decisions, grpc, spoe })) {
    const areKnown = areNamed || (key !== 'spoe' && listen.tls?.client_ca_file !== undefined)
    if (address === null || isLoopback(address) || areKnown) continue
    const message = 'every machine that reaches this address can ask for decisions'
    const hint =
      'name the proxy in `trusted_callers`, have it show a certificate (`listen.tls`), or make the address reachable by it alone: a private network, a unix socket'
    found.push(problemAt(`/listen/${key}`, 'WARN_CONFIG_DECISIONS_EXPOSED', message, hint))
  }
  return found
}

const addressTaken = (pointer: string, address: SocketAddress): LocatedProblem =>
  problemAt(pointer, 'ERR_CONFIG_ADDRESS_TAKEN', `two listeners would be at ${formatListenAddress(address)}`)

/** Issuers as indexes, and the policy that they are candidates of. */
interface CandidateSet {
  readonly policy: string | undefined
  readonly issuers: readonly number[]
}

/** Which issuers compete for a token. Without routes, tokens are judged by all of them. */
function candidateSets(parts: ConfigParts): readonly CandidateSet[] {
  const names = issuerNames(parts.issuers)
  const all = names.map((_, i) => i)
  const sets = parts.policies.map(({ name, value }) => ({
    policy: name,
    issuers: value.issuers === undefined ? all : all.filter((i) => value.issuers?.includes(names[i] ?? '')),
  }))
  const judgedByAll = parts.policies.length === 0 || parts.routes.length + parts.endpoints.length === 0
  return judgedByAll ? [{ policy: undefined, issuers: all }, ...sets] : sets
}

function checkCandidates(parts: ConfigParts): readonly LocatedProblem[] {
  const found = new Map<string, LocatedProblem>()
  const expanded = parts.issuers.map(({ pointer, value }) =>
    expandTenants(value).map((issuer) => ({ pointer, value: issuer })),
  )
  for (const { policy, issuers } of candidateSets(parts)) {
    const where = policy === undefined ? '' : ` of the policy ${quoted(policy)}`
    const first = new Map<string | null, string>()
    for (const { pointer, value } of issuers.flatMap((i) => expanded[i] ?? [])) {
      const at = `${pointer}/issuer`
      if (value.issuer === null && issuers.length > 1) {
        const hint = 'list it alone in `issuers` of a policy, and the others in all other policies'
        const message = `\`issuer: any\` is combined with other issuers${where}`
        found.set(at, problemAt(at, 'ERR_CONFIG_ISSUER_ANY', message, hint))
      } else if (value.issuer === null && parts.policies.length === 0 && hasLocalKeys(value)) {
        const hint = 'list it in `issuers` of a policy, and name the policy in a route'
        const message = '`issuer: any` without a policy: every token would be denied'
        found.set(at, problemAt(at, 'ERR_CONFIG_ISSUER_ANY', message, hint))
      } else if (isLikeAnother(value, [...first.keys()])) {
        const hint = 'restrict each policy with `issuers`, or list the tenants of one of them'
        const message = `another issuer with \`tenants: any\`${where} accepts some of the same \`iss\`, and they would be denied`
        found.set(at, problemAt(at, 'ERR_CONFIG_ISSUER_AMBIGUOUS', message, hint))
      } else if (first.has(value.issuer)) {
        const hints = [
          'for one issuer with keys in several places, write one entry: `keys: [{ … }, { … }]`, or a list of secrets',
          'for two issuers that differ in more than their keys, restrict each policy with `issuers`',
        ]
        const message = `this \`iss\` is already accepted by ${first.get(value.issuer)}${where}`
        found.set(at, problemAt(at, 'ERR_CONFIG_ISSUER_AMBIGUOUS', message, ...hints))
      }
      first.set(value.issuer, first.get(value.issuer) ?? `issuers[${pointer.split('/').at(-1)}]`)
    }
  }
  return [...found.values()]
}

/** Templates stay templates with `tenants: any` alone; of equal ones the other message tells. */
const isLikeAnother = ({ issuer, tenants }: IssuerConfig, earlier: readonly (string | null)[]): boolean =>
  tenants === null &&
  issuer !== null &&
  earlier.some((other) => other !== null && other !== issuer && mayOverlap(issuer, other))

/** With keys from the network, `issuer: any` is an error of its own. */
const hasLocalKeys = (issuer: IssuerConfig): boolean =>
  keyPartsOf(issuer).every(({ keys }) => !['discovery', 'jwks_url'].includes(keySourceOf(keys)))

function checkUnused(parts: ConfigParts): readonly LocatedProblem[] {
  const users = policyUsers(parts)
  const used = new Set(users.flatMap(({ value }) => value.policy ?? []))
  // Without routes, policies are chosen by the caller's URL.
  const policies = users.length === 0 ? [] : parts.policies.filter(({ name }) => !used.has(name))
  const accepted = new Set(candidateSets(parts).flatMap(({ issuers }) => issuers))
  const issuers = parts.issuers.filter((_, i) => !accepted.has(i))
  return [
    ...policies.map(({ pointer, name }) => {
      const message = `no route or endpoint names the policy ${quoted(name)}`
      const hint = `it still judges requests of a caller that names it: ${dialectEndpoints(name)}`
      return problemAtKey(pointer, 'WARN_CONFIG_UNUSED_POLICY', message, hint)
    }),
    ...issuers.map(({ pointer }) =>
      problemAt(pointer, 'WARN_CONFIG_UNUSED_ISSUER', 'no policy accepts this issuer'),
    ),
  ]
}

/** Policies that look as if they guarded something, where every valid token passes. */
function checkUnrouted(parts: ConfigParts): readonly LocatedProblem[] {
  const isUnrouted = parts.routes.length + parts.endpoints.length === 0 && parts.policies.length > 0
  if (!isUnrouted) return []
  const hints = [
    'write routes that name them, `{ match: {}, policy: NAME }` for all requests',
    `or let the proxy name one: ${dialectEndpoints('NAME')}`,
  ]
  const message = `there are policies but no routes: ${dialectEndpoints()} allows any valid token`
  return [problemAtKey('/policies', 'WARN_CONFIG_UNROUTED', message, ...hints)]
}
