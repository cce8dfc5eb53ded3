/** Why a decision came out as it did: the steps of the real one, written down. */
import { isPresent } from '../claims/compile-claim-rule.ts'
import { readScopes } from '../claims/scope.ts'
import { describeClaimValue } from '../jwt/check-claim-values.ts'
import type { AudienceClaim } from '../jwt/issuer-settings.ts'
import type { Recorder } from './recorder.ts'
import { DENY_ROWS, type DenyReason } from './reasons.ts'
import type { StepName } from './steps.ts'
import { NOT_REACHED, PASSED, type Trial } from './trial.ts'

export interface ExplainedStep {
  readonly step: StepName
  /** `would_fail`: another step had failed before, so it did not decide. */
  readonly result: 'pass' | 'fail' | 'would_fail' | 'not_reached'
  readonly reason: DenyReason | undefined
  readonly detail: string | undefined
  /** What was compared, for people; claims before a good signature are marked as unverified. */
  readonly facts: string
  /** The setting it was compared with, as a path into the settings: `routes/3`, `issuers/0/audience`. */
  readonly setting: string | undefined
  readonly hint: string | undefined
}

/** A recorder and what it has written so far. */
export interface Explanation {
  readonly recorder: Recorder
  readonly steps: readonly ExplainedStep[]
}

export function createExplanation(): Explanation {
  const steps: ExplainedStep[] = []
  let failed = false
  return {
    steps,
    recorder: {
      record(step, outcome, trial) {
        const { facts, setting } = DESCRIPTIONS[step](trial)
        if (outcome === PASSED || outcome === NOT_REACHED || outcome instanceof Promise) {
          const result = outcome === PASSED ? 'pass' : 'not_reached'
          steps.push({
            step,
            result,
            facts: result === 'pass' ? facts : '',
            setting,
            reason: undefined,
            detail: undefined,
            hint: undefined,
          })
          return
        }
        const { reason, detail } = outcome
        const result = failed ? 'would_fail' : 'fail'
        steps.push({ step, result, reason, detail, facts, setting, hint: DENY_ROWS[reason].hint })
        failed = true
      },
    },
  }
}

interface Description {
  readonly facts: string
  readonly setting?: string | undefined
}

const DESCRIPTIONS: Readonly<Record<StepName, (trial: Trial) => Description>> = {
  route: describeRoute,
  token: ({ extracted, policy }) => ({
    facts: extracted === undefined ? '' : `${sourceText(extracted.source)}, ${extracted.token.length} bytes`,
    setting: policy === undefined ? undefined : `policies/${policy.name}`,
  }),
  header: ({ jws }) => ({
    facts:
      jws === undefined
        ? ''
        : `alg ${quote(jws.header.alg)}, typ ${quote(jws.header.typ)}, kid ${quote(jws.header.kid)}`,
  }),
  issuer: (trial) => ({
    facts: `iss ${claimText(trial, 'iss')}${trial.issuer === undefined ? `; configured: ${issuerList(trial)}` : ` is ${trial.issuer.settings.name}`}`,
    setting: issuerSetting(trial),
  }),
  algorithm: (trial) => ({
    facts: `alg ${quote(trial.jws?.header.alg)} of [${[...(trial.issuer?.algorithms ?? [])].join(', ')}]${typText(trial)}`,
    setting: issuerSetting(trial, 'algorithms'),
  }),
  key: describeKey,
  signature: (trial) => ({
    facts: trial.key === undefined ? '' : `made by ${trial.key.description}, kid ${quote(trial.key.kid)}`,
    setting: issuerSetting(trial, 'keys'),
  }),
  time: (trial) => ({ facts: `${timesText(trial)}${unverified(trial)}`, setting: issuerSetting(trial) }),
  audience: (trial) => ({
    facts: `token ${claimText(trial, trial.issuer?.settings.audienceClaim ?? 'aud')}, accepted ${trial.issuer?.audience == null ? 'any' : JSON.stringify([...trial.issuer.audience])}${unverified(trial)}`,
    setting: issuerSetting(trial, 'audience'),
  }),
  claims: (trial) => ({
    facts: `required [${requirements(trial)}]${unverified(trial)}`,
    setting: issuerSetting(trial),
  }),
  rules: (trial) => ({
    facts: `${trial.policy?.claims.map((rule) => rule.text).join('; ') || 'none'}${unverified(trial)}`,
    setting: policySetting(trial, 'claims'),
  }),
  scope: (trial) => ({ facts: scopeText(trial), setting: policySetting(trial) }),
  identity: (trial) => ({
    facts: identityText(trial),
    setting: policySetting(trial, 'identity'),
  }),
}

function describeRoute({ route, policy, guard, request }: Trial): Description {
  const asked = `${request.method} ${request.scheme}://${request.host}${request.path}`
  if (route !== undefined) {
    const access = policy === undefined ? route.access.kind : `policy ${policy.name}`
    return { facts: `${asked} is ${route.name}, ${access}`, setting: `routes/${route.order}` }
  }
  const why =
    policy !== undefined ? `policy ${policy.name}` : `none of ${guard.routes?.routes.length ?? 0} routes`
  return { facts: `${asked}: ${why}` }
}

function describeKey(trial: Trial): Description {
  const { issuer, candidates } = trial
  const status = issuer?.keys.status()
  const have =
    status === undefined ? '' : `${status.description}: ${status.state}, ${status.keys.length} keys`
  const chosen = candidates?.map((key) => `${key.description} kid ${quote(key.kid)}`).join(', ')
  const known = status?.keys.map((key) => quote(key.kid)).join(', ')
  return {
    facts: chosen === undefined ? `${have} [${known ?? ''}]` : `${chosen}; ${have}`,
    setting: issuerSetting(trial, 'keys'),
  }
}

function issuerSetting({ guard, issuer }: Trial, member?: string): string | undefined {
  if (issuer === undefined) return undefined
  return `issuers/${guard.issuers.indexOf(issuer)}${member === undefined ? '' : `/${member}`}`
}

const policySetting = ({ policy }: Trial, member?: string): string | undefined =>
  policy === undefined ? undefined : `policies/${policy.name}${member === undefined ? '' : `/${member}`}`

const issuerList = ({ policy }: Trial): string =>
  [...(policy?.issuers.byIss.keys() ?? [])].map((iss) => JSON.stringify(iss)).join(', ')

const typText = ({ issuer, jws }: Trial): string =>
  issuer?.typ === undefined ? '' : `, typ ${quote(jws?.header.typ)} of [${[...issuer.typ].join(', ')}]`

const unverified = ({ key }: Trial): string => (key === undefined ? ' (unverified)' : '')

/** A claim of the closed list that explain shows: never the subject, never what an application put there. */
function claimText({ jws }: Trial, name: 'iss' | 'aud' | AudienceClaim): string {
  return JSON.stringify(jws?.claims[name]) ?? 'absent'
}

function timesText({ jws, nowSeconds, issuer }: Trial): string {
  const times = (['iat', 'nbf', 'exp'] as const).map((name) => {
    const value = jws?.claims[name]
    if (typeof value !== 'number') return `${name} ${value === undefined ? 'absent' : 'not a number'}`
    const distance = Math.round(value - nowSeconds)
    return `${name} ${distance < 0 ? `${-distance} s ago` : `in ${distance} s`}`
  })
  return `${times.join(', ')}, leeway ${issuer?.settings.leewaySeconds ?? 0} s`
}

function scopeText(trial: Trial): string {
  const { policy, jws } = trial
  if (policy === undefined || jws === undefined) return ''
  const { all, any } = policy.scope
  if (all.length + any.length === 0) return 'none asked for'
  const asked = [
    all.length > 0 ? `all of [${all.join(' ')}]` : '',
    any.length > 0 ? `one of [${any.join(' ')}]` : '',
  ]
  return `${asked.filter((text) => text !== '').join(' and ')}, token has [${[...readScopes(jws.claims)].join(' ')}]${unverified(trial)}`
}

function identityText({ guard, identity }: Trial): string {
  if (guard.identityNames.length === 0) return 'no identity headers'
  return guard.identityNames
    .map(
      (name, index) =>
        `${name}: ${isPresent(identity?.[index]) && identity?.[index] !== '' ? 'set' : 'blank'}`,
    )
    .join(', ')
}

function sourceText(source: {
  readonly kind: string
  readonly name: string
  readonly scheme?: string
}): string {
  return source.scheme === undefined
    ? `${source.kind} ${source.name}`
    : `${source.kind} ${source.name}: ${source.scheme}`
}

const quote = (text: string | undefined): string => (text === undefined ? 'absent' : JSON.stringify(text))

const requirements = ({ issuer }: Trial): string =>
  [
    ...(issuer?.settings.requiredClaims ?? []),
    ...(issuer?.settings.claimValues ?? []).map((rule) => describeClaimValue(rule)),
  ].join(', ')
