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
  /** How HAProxy asks. */
  readonly asking: HaproxyAsking
}

/** With the Lua action over HTTP, or as a client of an SPOE agent; and where HAProxy finds the file for that. */
export interface HaproxyAsking {
  readonly by: 'lua' | 'spoe'
  readonly file: string
}

export interface HaproxyCertificate {
  readonly certFile: string
  /** The key is in `site.key` beside `site.crt`; otherwise in the file itself, or in `FILE.key`. */
  readonly keyReplacesCrt: boolean
}

export interface HaproxySnippetOptions extends HaproxySite, SnippetFacts {}
