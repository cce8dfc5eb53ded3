/** What a denial probably means, if more is known than its reason. */
import type { Trial } from '../../trial.ts'

export interface LikelyCause {
  /** Stable, for programs: `keycloak.audience_mapper`. */
  readonly name: string
  readonly why: string
  readonly fix: string
  /** To be shown one above the other. */
  readonly compare?: NearTexts
}

/** Two texts that are nearly the same, and their difference, for people. */
export interface NearTexts {
  readonly token: string
  readonly configured: string
  readonly difference: string
}

/** Undefined if the cause does not apply. */
export type FindCause = (trial: Trial) => LikelyCause | undefined

/** The `iss` of a token that is not verified; empty if it is absent or not a text. */
export function issOf({ jws }: Trial): string {
  const iss = jws?.claims['iss']
  return typeof iss === 'string' ? iss : ''
}

/** The audiences of a token that is not verified, as far as they are texts. */
export function audiencesOf({ jws }: Trial): readonly string[] {
  const aud = jws?.claims['aud']
  return (Array.isArray(aud) ? aud : [aud]).filter((one): one is string => typeof one === 'string')
}
