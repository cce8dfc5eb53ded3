/** What a step compared, in words: for explain. Claims before a good signature are marked as unverified. */
import { isPresent } from '../../claims/claim-operators.ts'
import { readClaim, type Claims } from '../../syntax/claim-path.ts'
import type { CompiledClaimRule } from '../../claims/compile-claim-rule.ts'
import { describeFound } from '../../claims/describe-found.ts'
import { readScopes, unreadableScopes } from '../../claims/scope.ts'
import type { Issuer } from '../../jwt/issuer.ts'
import { isAcceptedTyp } from '../../jwt/check-typ.ts'
import type { AudienceClaim } from '../../settings/issuer/definition.ts'
import { checkTenantClaim, TENANT_OF_ISS } from '../../jwt/tenant-template.ts'
import { partsOf, type KeySource } from '../../keys/key-source.ts'
import type { TokenSourceSettings } from '../../settings/token-source/definition.ts'
import { missOf } from '../claim-miss.ts'
import { describeRoute } from './describe-route.ts'
import { formatDistance } from './format-distance.ts'
import type { StepDescription } from './step-description.ts'
import type { StepName } from '../steps/step.ts'
import type { Trial } from '../trial.ts'

/** Describes a step that has just run over this trial. */
export const describeStep = (step: StepName, trial: Trial): StepDescription => DESCRIPTIONS[step](trial)

const DESCRIPTIONS: Readonly<Record<StepName, (trial: Trial) => StepDescription>> = {
  route: describeRoute,
  token: describeToken,
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
  algorithm: describeAlgorithm,
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
    facts: `${requiredText(trial)}${unverified(trial)}`,
    setting: issuerSetting(trial),
  }),
  rules: (trial) => ({
    facts: `${trial.policy?.claims.map((rule) => ruleText(rule, trial.jws?.claims)).join('; ') || 'none'}${unverified(trial)}`,
    setting: policySetting(trial, 'claims'),
  }),
  scope: (trial) => ({ facts: scopeText(trial), setting: policySetting(trial) }),
  identity: (trial) => ({
    facts: identityText(trial),
    setting: policySetting(trial, 'identity'),
  }),
}

function describeToken(trial: Trial): StepDescription {
  const { extracted, policy } = trial
  const setting = policy === undefined ? undefined : `policies/${policy.name}`
  if (extracted !== undefined)
    return { facts: `${sourceText(extracted.source)}, ${extracted.token.length} bytes`, setting }
  const places = policy?.tokenSources.map(sourceText).join('; ') ?? ''
  const isAllowed = trial.isAnonymous ? ': none, and the route allows that' : ''
  return { facts: places === '' ? '' : `looked in ${places}${isAllowed}`, setting }
}

function describeAlgorithm(trial: Trial): StepDescription {
  const { issuer, jws } = trial
  const alg = jws?.header.alg
  // The list is long where it is the default one, and of no interest once the algorithm is in it.
  const isIn = alg !== undefined && issuer?.algorithms.has(alg) === true
  const accepted = isIn ? 'is accepted' : `is not one of [${[...(issuer?.algorithms ?? [])].join(', ')}]`
  return {
    facts: `alg ${quote(alg)} ${accepted}${typText(trial)}`,
    setting: issuerSetting(trial, isIn && issuer.typ !== undefined ? 'typ' : 'algorithms'),
  }
}

function describeKey(trial: Trial): StepDescription {
  const { issuer, candidates } = trial
  const status = issuer?.keys.status()
  const count = status?.keys.length ?? 0
  const have =
    status === undefined
      ? ''
      : `${status.description}: ${status.state}, ${count === 1 ? '1 key' : `${count} keys`}`
  const chosen = candidates?.map((key) => `${key.description} kid ${quote(key.kid)}`).join(', ')
  const known = status?.keys.map((key) => quote(key.kid)).join(', ')
  return {
    facts: chosen === undefined ? `${have} [${known ?? ''}]` : `${chosen}; ${have}`,
    setting: issuerSetting(trial, 'keys'),
    notes: issuer === undefined ? [] : sourceNotes(issuer.keys),
  }
}

/** Where there are several sources, each has a line: one of them may be the one that is down. */
function sourceNotes(keys: KeySource): readonly string[] {
  const all = partsOf(keys).map((part) => part.status())
  const [only] = all
  if (all.length === 1) return only?.lastError === undefined ? [] : [`last load: ${only.lastError}`]
  return all.map(({ description, state, keys: { length }, lastError }) => {
    const count = length === 1 ? '1 key' : `${length} keys`
    return `${description}: ${state}, ${count}${lastError === undefined ? '' : `; last load: ${lastError}`}`
  })
}

function issuerSetting({ guard, issuer }: Trial, member?: string): string | undefined {
  if (issuer === undefined) return undefined
  return `issuers/${guard.issuers.indexOf(issuer)}${member === undefined ? '' : `/${member}`}`
}

const policySetting = ({ policy }: Trial, member?: string): string | undefined =>
  policy === undefined ? undefined : `policies/${policy.name}${member === undefined ? '' : `/${member}`}`

const issuerList = ({ policy }: Trial): string =>
  [
    ...(policy?.issuers.byIss.keys() ?? []),
    ...(policy?.issuers.templates ?? []).map(({ settings }) => settings.issuer),
  ]
    .map((iss) => JSON.stringify(iss))
    .join(', ')

function typText({ issuer, jws }: Trial): string {
  const typ = jws?.header.typ
  if (issuer?.typ !== undefined) return `, typ ${quote(typ)} of [${[...issuer.typ].join(', ')}]`
  return isAcceptedTyp(typ, undefined) ? '' : `, typ ${quote(typ)} never gives access`
}

const unverified = ({ key }: Trial): string => (key === undefined ? ' (unverified)' : '')

/** A claim of the closed list that explain shows: never the subject, never what an application put there. */
function claimText({ jws }: Trial, name: 'iss' | 'aud' | AudienceClaim): string {
  return shortClaim(jws?.claims[name])
}

/** Enough to recognise an issuer or an audience; a token may hold thousands of characters there. */
const MAX_SHOWN = 64
/** The most audiences that are listed. */
const MAX_ITEMS = 8

function shortClaim(value: unknown): string {
  if (value === undefined) return 'absent'
  if (Array.isArray(value)) {
    const more = value.length > MAX_ITEMS ? `,… ${value.length - MAX_ITEMS} more` : ''
    return `[${value.slice(0, MAX_ITEMS).map(shortScalar).join(',')}${more}]`
  }
  return shortScalar(value)
}

function shortScalar(value: unknown): string {
  if (typeof value === 'string')
    return JSON.stringify(value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value)
  return typeof value === 'object' && value !== null ? describeFound(value) : String(value)
}

function timesText({ jws, nowSeconds, issuer }: Trial): string {
  const times = (['iat', 'nbf', 'exp'] as const).map((name) => {
    const value = jws?.claims[name]
    if (typeof value !== 'number') return `${name} ${describeFound(value)}`
    return `${name} ${formatDistance(value - nowSeconds)}`
  })
  return `${times.join(', ')}, leeway ${issuer?.settings.leewaySeconds ?? 0} s`
}

/** @param name Of the claim, as it is shown. */
function ruleText(rule: CompiledClaimRule, claims: Claims | undefined, name = rule.claim): string {
  const isBroken = claims !== undefined && !rule.holds(claims)
  return `${name} ${rule.expected}${isBroken ? ` (the claim is ${rule.found(claims)})` : ''}`
}

/** What is required of the claims; what the claim is instead where it is not so. */
function requiredText({ issuer, jws }: Trial): string {
  const claims = jws?.claims ?? {}
  const present = (issuer?.settings.require ?? []).map((name) => {
    const value = Object.hasOwn(claims, name) ? claims[name] : undefined
    return isPresent(value) ? name : `${name} (the claim is ${describeFound(value)})`
  })
  const rules = (issuer?.claims ?? []).map((rule) => ruleText(rule, claims, `\`${rule.claim}\``))
  const required = [...present, ...rules, ...tenantText(issuer, claims), ...registeredTypes(claims)]
  return required.length === 0 ? 'none required' : `required: ${required.join(', ')}`
}

function tenantText(issuer: Issuer | undefined, claims: Claims): readonly string[] {
  if (issuer?.template === undefined) return []
  const text = `\`${issuer.template.claim}\` ${TENANT_OF_ISS}`
  const checked = checkTenantClaim(issuer.template, claims)
  if (checked.ok) return [text]
  const { claim, tenant = [] } = checked.error
  return [`${text} (the claim is ${missOf(claims, claim, TENANT_OF_ISS, [tenant].flat()).found})`]
}

/** Only when one of them is wrong: that they are texts goes without saying. */
const registeredTypes = (claims: Claims): readonly string[] =>
  (['sub', 'jti'] as const).flatMap((name) =>
    Object.hasOwn(claims, name) && typeof claims[name] !== 'string'
      ? [`\`${name}\` is a text (the claim is ${describeFound(claims[name])})`]
      : [],
  )

function scopeText(trial: Trial): string {
  const { policy, jws } = trial
  if (policy === undefined || jws === undefined) return ''
  const { all, any } = policy.scope
  if (all.length + any.length === 0) return 'none asked for'
  const names = trial.issuer?.settings.scopeClaims
  const place = names === undefined ? '' : ` in ${names.map((name) => `\`${name}\``).join(', ')}`
  const asked = [
    all.length > 0 ? `all of [${all.join(' ')}]` : '',
    any.length > 0 ? `one of [${any.join(' ')}]` : '',
  ]
  return `${asked.filter((text) => text !== '').join(' and ')}, token has [${[...readScopes(jws.claims, names)].join(' ')}]${place}${unreadableText(trial)}${unverified(trial)}`
}

function unreadableText({ issuer, jws }: Trial): string {
  const claims = jws?.claims ?? {}
  const name = unreadableScopes(claims, issuer?.settings.scopeClaims)
  return name === undefined
    ? ''
    : `, \`${name}\` is neither a text nor a list of texts (the claim is ${describeFound(readClaim(claims, [name]))})`
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

function sourceText(source: TokenSourceSettings): string {
  const scheme = source.kind === 'header' ? source.scheme : undefined
  return `${source.kind} ${source.name}${scheme === undefined ? '' : `: ${scheme}`}`
}

const quote = (text: string | undefined): string => (text === undefined ? 'absent' : JSON.stringify(text))
