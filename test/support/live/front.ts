/** A real proxy in front of the site of the live tests. */
import type { ChildProgram } from './child-program.ts'
import type { Cleanup } from './cleanup.ts'

/** What a proxy needs to guard the site. */
export interface FrontSite {
  /** Address of Warder, or of several with spaces between. */
  readonly decisions: string
  readonly identityNames: readonly string[]
  /** `http://host:port` of the application. */
  readonly upstream: string
  /** Default: `Authorization`. */
  readonly tokenFields?: readonly string[]
  /** Where the proxy listens, on 127.0.0.1. */
  readonly port: number
  readonly editSnippet: (text: string) => string
}

/** Starts a proxy with the printed snippet, and resolves when it accepts connections. */
export type StartFront = (site: FrontSite, cleanup: Cleanup) => Promise<ChildProgram>
