/** What a denial usually means, when more is known than its reason. */
import type { IssuerDifference } from './compare-issuers.ts'
import type { Trial } from '../../trial.ts'

export interface LikelyCause {
  /** Stable, for programs: `keycloak.audience_mapper`. */
  readonly name: string
  readonly why: string
  readonly fix: string
  /** Two texts that are nearly the same, to be shown one above the other. */
  readonly compare?: IssuerDifference
}

/** Undefined when the cause does not fit. */
export type FindCause = (trial: Trial) => LikelyCause | undefined
