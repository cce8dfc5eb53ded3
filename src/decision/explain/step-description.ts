/** What explain reports about a step, and what the descriptions of several steps share. */
import { describeFound } from '../../claims/describe-found.ts'
import type { AudienceClaim } from '../../settings/issuer/definition.ts'
import type { Trial } from '../trial.ts'

export interface StepDescription {
  readonly facts: string
  /** The setting it was compared with, as a path into the settings: `routes/3`, `issuers/0/audience`. */
  readonly setting?: string | undefined
  /** Details with a line of their own below the facts. */
  readonly notes?: readonly string[]
}

export type DescribeStep = (trial: Trial) => StepDescription

/** The setting of the issuer that a step compared with. */
export function issuerSetting({ guard, issuer }: Trial, member?: string): string | undefined {
  if (issuer === undefined) return undefined
  return `issuers/${guard.issuers.indexOf(issuer)}${member === undefined ? '' : `/${member}`}`
}

/** The same for the policy. */
export const policySetting = ({ policy }: Trial, member?: string): string | undefined =>
  policy === undefined ? undefined : `policies/${policy.name}${member === undefined ? '' : `/${member}`}`

/** Marks claims of a token whose signature has not been verified. */
export const unverified = ({ key }: Trial): string => (key === undefined ? ' (unverified)' : '')

/** A claim of the closed list that explain shows: never the subject, never a claim of an application. */
export function claimText({ jws }: Trial, name: 'iss' | 'aud' | AudienceClaim): string {
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
