/** Finding the keys of an issuer from its own metadata. */
import { err, ok } from '../result.ts'
import type { Result } from '../result.ts'
import type { FetchDocument } from './fetch-document.ts'
import { quote } from './printable.ts'
import { readJsonObject } from './read-json-object.ts'
import { checkRemoteUrl, describeUrl } from './remote-url.ts'

/**
 * Finds the `jwks_uri` of an issuer: OpenID Connect Discovery first, and, if that answers 404, RFC 8414.
 * Any other failure is not a reason to ask elsewhere. Never rejects; the error is for people.
 *
 * The `issuer` of the document must equal the configured one, code point by code point: it is what stops one
 * tenant's document from vouching for another (RFC 8414 §3.3).
 *
 * @see OpenID Connect Discovery 1.0 §4, RFC 8414 §3
 */
export async function discoverJwksUri(
  issuer: string,
  allowHttp: boolean,
  fetchDocument: FetchDocument,
  signal: AbortSignal,
): Promise<Result<string, string>> {
  const urls = metadataUrls(issuer)
  let fetched = await fetchDocument(urls.openid, signal)
  let url = urls.openid
  if (!fetched.ok && fetched.error.status === 404) {
    url = urls.oauth
    fetched = await fetchDocument(urls.oauth, signal)
  }
  if (!fetched.ok) return err(`${describeUrl(url)}: ${fetched.error.why}`)
  // Without validators there is no 304.
  if (fetched.value.status !== 200) return err(`${describeUrl(url)}: an answer to another question`)
  const document = readJsonObject(fetched.value.bytes)
  if (!document.ok) return err(`${describeUrl(url)}: ${document.error}`)
  const read = readJwksUri(document.value, issuer, allowHttp)
  return read.ok ? read : err(`${describeUrl(url)}: ${read.error}`)
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
  issuer: string,
  allowHttp: boolean,
): Result<string, string> {
  const found = document['issuer']
  if (found !== issuer) return err(describeMismatch(found, issuer))
  const jwksUri = document['jwks_uri']
  if (typeof jwksUri !== 'string') return err('the metadata has no `jwks_uri`')
  const checked = checkRemoteUrl(jwksUri, allowHttp)
  return checked.ok ? ok(jwksUri) : err(`the \`jwks_uri\` of the metadata cannot be used: ${checked.error}`)
}

/** Longest issuer in a message; the usual mistake is in the last characters of a short one. */
const MAX_QUOTED_ISSUER = 200

function describeMismatch(found: unknown, configured: string): string {
  if (typeof found !== 'string') return 'the metadata has no `issuer`'
  const said = `the metadata says issuer ${quote(found, MAX_QUOTED_ISSUER)}, configured is ${quote(configured, MAX_QUOTED_ISSUER)}`
  if (found === `${configured}/`) return `${said}: the configured one lacks the trailing slash`
  if (configured === `${found}/`) return `${said}: the configured one has a trailing slash too many`
  return `${said}: they differ from character ${firstDifference(found, configured) + 1} on`
}

function firstDifference(a: string, b: string): number {
  let index = 0
  while (index < a.length && a[index] === b[index]) index += 1
  return index
}
