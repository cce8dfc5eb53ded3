/** The way to the keys: configuration → settings, and back. */
import { resolve } from 'node:path'
import type { ReachSettings } from '../settings/keys/definition.ts'
import { MASK } from '../printable.ts'
import type { KeySourceConfig } from './key-parts.ts'

/** Nothing where nothing was configured, so that such a source uses the ordinary fetch. */
export function toReach(keys: KeySourceConfig, directory: string): { readonly reach?: ReachSettings } {
  const file = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : resolve(directory, path)
  const reach = defined({
    caFile: file(keys.ca_file),
    clientCertFile: file(keys.client_cert_file),
    clientKeyFile: file(keys.client_key_file),
    headers: keys.headers,
    bearerFile: file(keys.bearer_file),
    sendCredentialsTo: keys.send_credentials_to,
    unix: file(keys.unix),
    proxy: keys.proxy,
    denyPrivateAddresses: keys.deny_private_addresses === true ? true : undefined,
  })
  return Object.keys(reach).length === 0 ? {} : { reach }
}

/** @param escape Protects a `${` that stands for itself. */
export function fromReach(
  reach: ReachSettings | undefined,
  secrets: 'masked' | 'plain',
  escape: (text: string) => string,
): Record<string, unknown> {
  if (reach === undefined) return {}
  const text = (value: string | undefined): string | undefined =>
    value === undefined ? undefined : escape(value)
  const secret = (value: string): string => (secrets === 'masked' ? MASK : escape(value))
  const headers = Object.entries(reach.headers ?? {}).map(([name, value]) => [name, secret(value)])
  return {
    ca_file: text(reach.caFile),
    client_cert_file: text(reach.clientCertFile),
    client_key_file: text(reach.clientKeyFile),
    headers: headers.length === 0 ? undefined : Object.fromEntries(headers),
    bearer_file: text(reach.bearerFile),
    send_credentials_to: reach.sendCredentialsTo,
    unix: text(reach.unix),
    proxy: reach.proxy === undefined ? undefined : writeProxy(reach.proxy, secrets, escape),
    deny_private_addresses: reach.denyPrivateAddresses,
  }
}

/** Where the proxy is may be seen; who we are there may not. */
function writeProxy(proxyUrl: string, secrets: 'masked' | 'plain', escape: (text: string) => string): string {
  const { username, password, host } = new URL(proxyUrl)
  if (secrets === 'plain' || (username === '' && password === '')) return escape(proxyUrl)
  return `http://${MASK}@${host}`
}

/** Without the members that are undefined. */
const defined = <T extends object>(value: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as {
    [Key in keyof T]?: Exclude<T[Key], undefined>
  }
