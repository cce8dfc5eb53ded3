/** A proxy: a program that asks Warder in one of the dialects, and what Warder knows about its configuration. */
import type { Result } from '../result.ts'
import type { Abilities } from './abilities.ts'
import type { Dialect } from './caller.ts'
import type { CHECK_DIALECT } from './envoy-grpc/check-dialect.ts'

export interface Proxy {
  /** `warder snippet NAME`. */
  readonly name: string
  /** As its makers write it. */
  readonly title: string
  /** How it asks: at an endpoint of the decisions listener, or by calls at `listen.grpc`. */
  readonly asks: Dialect | typeof CHECK_DIALECT
  /** Its page of documentation. */
  readonly docs: string
  /** How long it keeps an idle connection to Warder, in seconds. */
  readonly keepsIdleSeconds: number
  /** With the configuration of its snippet. */
  readonly carries: Abilities
  readonly snippet: ProxySnippet
}

/** The configuration text that makes the proxy ask Warder. */
export interface ProxySnippet {
  /** One line for `warder snippet --help`. */
  readonly summary: string
  readonly description: string
  /** Flags of this proxy, besides those that all have. */
  readonly flags: readonly SnippetFlag[]
  readonly examples: string
  /** Whether an address of Warder can be written into this configuration. */
  readonly canName: (address: string) => boolean
  /** Set if only one Warder can be named, by host and port: what to do instead. */
  readonly oneTcpAddress?: string
  /** The listener that is asked with these flags. Default: by what the proxy asks. */
  readonly listenerFor?: (flags: SnippetFlags) => 'decisions' | 'spoe'
  /** Reads the flags, and returns the function that writes the text. */
  readonly read: (flags: SnippetFlags) => Result<(facts: SnippetFacts) => string, FlagMistake>
}

export interface SnippetFlag {
  /** `--server-name <names>`. */
  readonly usage: string
  readonly help: string
  readonly value?: string
}

/** Values by the camel case of the flag's name: `serverName`. */
export type SnippetFlags = Readonly<Record<string, string | undefined>>

/** A flag that cannot be used. */
export interface FlagMistake {
  readonly message: string
  readonly hint: string
}

/** From the configuration of Warder. */
export interface SnippetFacts {
  /** Decisions listeners of one Warder or of several: `host:port` or `unix:PATH`. */
  readonly decisions: readonly string[]
  /** Identity headers of all policies, in any case; empty: the application gets the decision's id alone. */
  readonly identityNames: readonly string[]
  /** All identity headers at their longest, in bytes. Default: each at its default cap of 4 KiB. */
  readonly identityBytes?: number
  /** Fields of a client's request in which Warder looks for tokens, as `Authorization`. Default: that one. */
  readonly tokenFields?: readonly string[]
}
