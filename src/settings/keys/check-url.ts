/** URLs that keys are to be fetched from. */
import type { AddProblem as Add } from './check-reach.ts'
import type { KeySourceConfig } from './definition.ts'
import { keySourceOf } from './parts.ts'

/** @param issuer The exact `iss`; null accepts every issuer. */
export function checkKeyUrl(issuer: string | null, keys: KeySourceConfig, add: Add): void {
  const source = keySourceOf(keys)
  if (source !== 'discovery' && source !== 'jwks_url') return
  // With unknown issuers, a server that answers at the URL would vouch for every issuer.
  if (issuer === null) {
    const hints = ['write the exact `iss`, or configure the keys as secret, pem_file or jwks_file']
    return add('/issuer', {
      code: 'ERR_CONFIG_ISSUER_ANY',
      message: '`issuer: any` with keys from the network',
      hints,
    })
  }
  const own = source === 'discovery' ? keys.metadata_url : keys.jwks_url
  const isIssuer = own === undefined
  const at = isIssuer ? '/issuer' : source === 'discovery' ? '/keys/metadata_url' : '/keys/jwks_url'
  const url = own ?? issuer
  const why = whyNotFetchable(url, isIssuer)
  if (why !== undefined) {
    const hints =
      source === 'discovery' ? ['or configure the keys as jwks_url, jwks_file, pem_file or secret'] : []
    return add(at, { code: 'ERR_CONFIG_URL', message: `keys cannot be fetched from here: ${why}`, hints })
  }
  // Nobody is on the way to a socket of this machine.
  if (new URL(url).protocol === 'https:' || keys.unix !== undefined) return
  const message = 'keys would be fetched over http://, and anyone on the network path could replace them'
  if (keys.allow_http === true)
    return add(at, { code: 'WARN_CONFIG_HTTP', message: message.replace('would be', 'are') })
  add(at, {
    code: 'ERR_CONFIG_URL_INSECURE',
    message,
    hints: ['use https://; for loopback and tests set `keys.allow_http: true`'],
  })
}

/** Why keys cannot come from this URL; undefined when they can. */
function whyNotFetchable(text: string, isIssuer: boolean): string | undefined {
  if (!URL.canParse(text)) return 'it is not a URL'
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return `it is not https://`
  if (url.username !== '' || url.password !== '') return 'it has a user name or password'
  if (text.includes('#')) return 'it has a fragment'
  // OpenID Connect Discovery 1.0 §3: an issuer has no query and no fragment.
  return isIssuer && text.includes('?') ? 'an issuer has no query' : undefined
}
