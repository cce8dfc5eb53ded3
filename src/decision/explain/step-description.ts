/** What explain reports about a step. */

export interface StepDescription {
  readonly facts: string
  /** The setting it was compared with, as a path into the settings: `routes/3`, `issuers/0/audience`. */
  readonly setting?: string | undefined
  /** What is worth a line of its own below the facts. */
  readonly notes?: readonly string[]
}
