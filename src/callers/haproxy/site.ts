/** The site that HAProxy guards, as options of its configuration. */
import type { SnippetFacts } from '../proxy.ts'

export interface HaproxySite {
  /** The application: `http://host:port` or `https://host:port`, without a path. */
  readonly upstream: string
  /** Empty: every host. */
  readonly serverNames: readonly string[]
  /** A port, or an address and a port: `443`, `127.0.0.1:8080`. */
  readonly listen: string
  /** A PEM file that HAProxy reads, with the key in it or beside it; turns TLS on. */
  readonly certificate: HaproxyCertificate | undefined
  /** Where HAProxy finds the Lua file. */
  readonly luaFile: string
}

export interface HaproxyCertificate {
  readonly certFile: string
  /** The key is in `site.key` beside `site.crt`; otherwise in the file itself, or in `FILE.key`. */
  readonly keyReplacesCrt: boolean
}

export interface HaproxySnippetOptions extends HaproxySite, SnippetFacts {}
