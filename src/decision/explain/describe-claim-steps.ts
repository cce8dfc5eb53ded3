/** What the claim steps compared, in words. */
import { isPresent } from '../../claims/claim-operators.ts'
import type { CompiledClaimRule } from '../../claims/compile-claim-rule.ts'
import { describeFound } from '../../claims/describe-found.ts'
import { readScopes, unreadableScopes } from '../../claims/scope.ts'
import type { Issuer } from '../../jwt/issuer.ts'
import { checkTenantClaim, TENANT_OF_ISS } from '../../jwt/tenant-template.ts'
import { readClaim, type Claims } from '../../syntax/claim-path.ts'
import { missOf } from '../denial.ts'
import type { Trial } from '../trial.ts'
import { formatDistance } from './format-distance.ts'
import { claimText, issuerSetting, policySetting, unverified, type DescribeStep } from './step-description.ts'

type ClaimStep = 'time' | 'audience' | 'claims' | 'rules' | 'scope' | 'identity'

export const CLAIM_DESCRIPTIONS: Readonly<Record<ClaimStep, DescribeStep>> = {
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
  identity: (trial) => ({ facts: identityText(trial), setting: policySetting(trial, 'identity') }),
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

/** The requirements on the claims, each with the claim that does not meet it. */
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

/** Only those of the wrong type. */
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
  if (all.length + any.length === 0) return 'none required'
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
