/** Finding the keys of an issuer from its own metadata. */
import type { AnswerHeaders } from '../../answer-lifetime.ts'
import { err, ok, type Result } from '../../result.ts'
import type { SettingsOf } from '../../settings/keys/key-source.ts'
import type { FetchDocument, FetchFailure } from './fetch-document.ts'
import { quote } from '../quote.ts'
import { readJsonObject } from '../../strict-json.ts'
import { checkRemoteUrl, describeUrl } from './remote-url.ts'

/** Metadata that may be trusted: it is the issuer's own. */
export interface Discovered {
  readonly metadataUrl: string
  readonly jwksUri: string
  readonly headers: AnswerHeaders
}

export interface DiscoveryFailure extends FetchFailure {
  readonly kind: 'unreachable' | 'invalid' | 'issuer_mismatch'
  /** Where it was asked for. */
  readonly url: string
  /** The issuer that the metadata names instead, with `issuer_mismatch`. */
  readonly announced?: string
}

/** An issuer, and where its metadata is. */
export type MetadataPlace = Pick<SettingsOf<'discovery'>, 'issuer' | 'metadataUrl' | 'allowHttp'>

/** As {@link discover}, for callers that only need the `jwks_uri`; the error names the URL that was asked. */
export async function discoverJwksUri(
  place: MetadataPlace,
  fetchDocument: FetchDocument,
  signal: AbortSignal,
): Promise<Result<string, FetchFailure>> {
  const found = await discover(place, fetchDocument, signal)
  if (found.ok) return ok(found.value.jwksUri)
  return err({ ...found.error, why: `${describeUrl(found.error.url)}: ${found.error.why}` })
}

/**
 * Finds the metadata of an issuer: at its `metadataUrl` alone if it has one, otherwise by OpenID Connect
 * Discovery, and, if that answers 404, by RFC 8414. Any other failure is not a reason to ask elsewhere. Never rejects.
 *
 * The `issuer` of the document must equal the configured one, code point by code point: it is what stops one
 * tenant's document from vouching for another (RFC 8414 §3.3).
 *
 * @see OpenID Connect Discovery 1.0 §4, RFC 8414 §3
 */
export async function discover(
  { issuer, metadataUrl, allowHttp }: MetadataPlace,
  fetchDocument: FetchDocument,
  signal: AbortSignal,
): Promise<Result<Discovered, DiscoveryFailure>> {
  const urls = metadataUrl === undefined ? metadataUrls(issuer) : { openid: metadataUrl, oauth: undefined }
  let fetched = await fetchDocument(urls.openid, signal)
  let url = urls.openid
  if (!fetched.ok && fetched.error.status === 404 && urls.oauth !== undefined) {
    url = urls.oauth
    fetched = await fetchDocument(urls.oauth, signal)
  }
  if (!fetched.ok)
    return err({ ...fetched.error, kind: 'unreachable', ...describeFailure(fetched.error, url, urls.openid) })
  const { headers } = fetched.value
  const invalid = (why: string): Result<never, DiscoveryFailure> => err({ kind: 'invalid', url, why })
  // Without validators there is no 304.
  if (fetched.value.status !== 200) return invalid('the server answered 304, which was not asked for')
  const document = readJsonObject(fetched.value.bytes)
  if (!document.ok) return invalid(document.error)
  const announced = document.value['issuer']
  if (typeof announced !== 'string') return invalid('the metadata has no `issuer`')
  if (announced !== issuer)
    return err({ kind: 'issuer_mismatch', url, why: describeMismatch(announced, issuer), announced })
  const jwksUri = readJwksUri(document.value, allowHttp)
  return jwksUri.ok ? ok({ metadataUrl: url, jwksUri: jwksUri.value, headers }) : invalid(jwksUri.error)
}

/** Names both places if both were asked: a wrong realm or path shows in either. */
function describeFailure(
  { why, status }: FetchFailure,
  url: string,
  first: string,
): Pick<DiscoveryFailure, 'url' | 'why'> {
  if (url === first) return { url, why }
  if (status !== 404) return { url, why: `${why}, and ${describeUrl(first)} answered 404` }
  return { url: first, why: `${why}, and so did ${describeUrl(url)}: is the path of the issuer right?` }
}

/** Where the metadata of an issuer may be. The issuer is an absolute URL without query and fragment. */
export function metadataUrls(issuer: string): { readonly openid: string; readonly oauth: string } {
  // One trailing slash goes (Discovery §4.1, RFC 8414 §3.1); a second one is part of the name.
  const base = issuer.endsWith('/') ? issuer.slice(0, -1) : issuer
  const hostEnd = base.indexOf('/', base.indexOf('://') + 3)
  const [origin, path] = hostEnd === -1 ? [base, ''] : [base.slice(0, hostEnd), base.slice(hostEnd)]
  return {
    openid: `${base}/.well-known/openid-configuration`,
    oauth: `${origin}/.well-known/oauth-authorization-server${path}`,
  }
}

function readJwksUri(
  document: Readonly<Record<string, unknown>>,
  allowHttp: boolean,
): Result<string, string> {
  const jwksUri = document['jwks_uri']
  if (typeof jwksUri !== 'string') return err('the metadata has no `jwks_uri`')
  const checked = checkRemoteUrl(jwksUri, allowHttp)
  return checked.ok ? ok(jwksUri) : err(`the \`jwks_uri\` of the metadata cannot be used: ${checked.error}`)
}

/** Longest issuer in a message; the usual mistake is in the last characters of a short one. */
const MAX_QUOTED_ISSUER = 200

function describeMismatch(found: string, configured: string): string {
  const said = `the metadata has the issuer ${quote(found, MAX_QUOTED_ISSUER)}, configured is ${quote(configured, MAX_QUOTED_ISSUER)}`
  if (found === `${configured}/`) return `${said}: the configured one lacks the trailing slash`
  if (configured === `${found}/`) return `${said}: the configured one has a trailing slash too many`
  return `${said}: they differ from character ${firstDifference(found, configured) + 1} on`
}

/** The index from which on two texts differ; the length of the shorter one when it begins the other. */
export function firstDifference(a: string, b: string): number {
  let index = 0
  while (index < a.length && a[index] === b[index]) index += 1
  return index
}
