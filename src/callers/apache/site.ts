/** The site that Apache httpd guards, as options of its configuration. */
import type { SnippetFacts } from '../proxy.ts'
import type { Site } from '../site-flags.ts'

/** Without `serverNames`, there is no `ServerName`. */
export interface ApacheSite extends Site {
  /** A port, or an address and a port: `443`, `127.0.0.1:8080`. */
  readonly listen: string
}

export interface ApacheSnippetOptions extends ApacheSite, SnippetFacts {}
