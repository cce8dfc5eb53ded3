/** Settings of a route that an external auth service judges: plain data, as the configuration hands them over. */
import type { ServerSettings } from '../upstream/definition.ts'

/** One value that the service hands to the application. */
export interface MappedAnswerHeader {
  /** Header of the service's answer, lower case. */
  readonly from: string
  /** Header, or query parameter, of the request that is forwarded; as it is to be written. */
  readonly to: string
}

/** Routes with equal settings share the connections to the service, and the cache. */
export interface ForwardAuthSettings {
  /** As the operator wrote it, for the log. */
  readonly url: string
  /** Where the service is; `weight` means nothing here. */
  readonly server: ServerSettings
  /** Path and query of the URL, as they are sent. */
  readonly target: string
  /** Headers, lower case, without which a request is a 403 before the service is asked. */
  readonly requiredHeaders: readonly string[]
  /** Answer headers that become headers of the forwarded request. */
  readonly headers: readonly MappedAnswerHeader[]
  /** Answer headers that become query parameters of the forwarded request. */
  readonly params: readonly MappedAnswerHeader[]
  /** Statuses that allow. Default `200`. */
  readonly allowStatus: '200' | '2xx'
  /** Client headers that the service is sent, lower case; `all` is all but those of one connection. Default all. */
  readonly sendHeaders: 'all' | readonly string[]
  /** From the connection to the end of the answer, 10 ms to 60 s. Default 5 s. */
  readonly timeoutMs: number
  /** Largest answer body, which is read and dropped; a larger one is an error. Default 1 MiB. */
  readonly maxAnswerBytes: number
  /** Authorities that vouch for an `https://` service in place of the usual ones, as a PEM file. */
  readonly caFile?: string
  /** Where a 401 sends a browser: a URL, or a path of the same host. Absent, the default: nowhere. */
  readonly signIn?: string
  /**
   * Names of cookies that the service may set at the client, in their case; with `*` at the end, beginnings of names.
   * They are the service's: the application is not sent them, unless the upstream keeps tokens. Default none.
   */
  readonly answerCookies: readonly string[]
  /** Absent, the default: every request is asked about. */
  readonly cache?: {
    readonly entries: number
    /** Longest time that an allow is remembered; the service's `Cache-Control` may shorten it. */
    readonly ttlMs: number
  }
}
