/** Finds the token of a request. */
import type { AuthzRequest } from '../request/authz-request.ts'
import { err, ok, type Result } from '../result.ts'
import { readPlainHeader, readSchemeHeader } from './read-header.ts'
import { readCookie } from './read-cookie.ts'
import { readQueryParameter } from './read-query.ts'
import { readWebSocketProtocol } from './read-websocket-protocol.ts'
import type { SourceReading } from './source-reading.ts'
import type { TokenSourceSettings } from '../settings/token-source/definition.ts'

/** Why there is no token to judge. */
export type TokenMiss = 'token_missing' | 'token_multiple' | 'scheme_not_bearer' | 'token_too_large'

/** A token and the source that held it. */
export interface ExtractedToken {
  readonly token: string
  readonly source: TokenSourceSettings
}

/**
 * Reads every source. Two different tokens in one request are refused, because the application might use the other
 * one. The same token in two places is one token.
 *
 * @param maxTokenBytes Longest token accepted, in characters; anything outside ASCII is refused later.
 */
export function extractToken(
  request: AuthzRequest,
  sources: readonly TokenSourceSettings[],
  maxTokenBytes: number,
): Result<ExtractedToken, TokenMiss> {
  let extracted: ExtractedToken | undefined
  let otherScheme = false
  for (const source of sources) {
    const reading = readSource(request, source)
    if (reading.kind === 'multiple') return err('token_multiple')
    if (reading.kind === 'other_scheme') otherScheme = true
    if (reading.kind !== 'found') continue
    if (extracted === undefined) extracted = { token: reading.token, source }
    else if (extracted.token !== reading.token) return err('token_multiple')
  }
  if (extracted === undefined) return err(otherScheme ? 'scheme_not_bearer' : 'token_missing')
  if (extracted.token.length > maxTokenBytes) return err('token_too_large')
  return ok(extracted)
}

/** Whether none of the sources' headers has a value; `Authorization: Bearer` without a token is a mistake of the client. */
export const hasNoTokenHeader = (request: AuthzRequest, sources: readonly TokenSourceSettings[]): boolean =>
  sources.every(
    (source) => source.kind !== 'header' || (request.headers.get(source.name) ?? '').trim() === '',
  )

function readSource(request: AuthzRequest, source: TokenSourceSettings): SourceReading {
  switch (source.kind) {
    case 'header': {
      const value = request.headers.get(source.name)
      return source.scheme === undefined
        ? readPlainHeader(value, source.trimPrefix)
        : readSchemeHeader(value, source.scheme)
    }
    case 'cookie':
      return readCookie(request.headers.get('cookie'), source.name)
    case 'query':
      return readQueryParameter(request.query, source.name)
    case 'websocket_protocol':
      return readWebSocketProtocol(request.headers.get('sec-websocket-protocol'), source)
  }
}
