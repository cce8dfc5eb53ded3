/** A real proxy in the suites that every proxy has to pass. */
import type { Program } from '../../../../tools/programs.ts'
import type { Proxy } from '../../../../src/callers/proxy.ts'
import type { StartFront } from '../front.ts'

export interface LiveProxy {
  /** In the names of tests: with a version, if there are several. */
  readonly name: string
  readonly programs: readonly Program[]
  readonly proxy: Proxy
  readonly front: StartFront
  /** Whether it refuses by itself what other proxies ask Warder about; nothing of it reaches the application. */
  readonly refuses: {
    /** `Authorization` twice. */
    readonly twoTokens: boolean
    /** `Connection: Authorization`, which removes the token (RFC 9110 §7.6.1). */
    readonly authorizationInConnection: boolean
  }
  readonly trusts: {
    /** A 200 of another program that listens at Warder's address lets the request pass. */
    readonly any200: boolean
  }
  /** How to make it wait a short time only; undefined: the time is fixed, and too long for a test. */
  readonly waits: { readonly line: string; readonly shorter: string } | undefined
}
