/** The site that Apache httpd guards, as options of its configuration. */
import type { SnippetFacts } from '../proxy.ts'

export interface ApacheSite {
  /** The application: `http://host:port` or `https://host:port`, without a path. */
  readonly upstream: string
  /** Names of the site, separated by spaces; `_`: no `ServerName`. */
  readonly serverName: string
  /** A port, or an address and a port: `443`, `127.0.0.1:8080`. */
  readonly listen: string
  /** In PEM form; turns TLS on. */
  readonly certificate?: { readonly certFile: string; readonly keyFile: string }
}

export interface ApacheSnippetOptions extends ApacheSite, SnippetFacts {}
