/** Where the keys of an issuer come from. */
import { resolve } from 'node:path'
import { z } from 'zod'
import { MASK } from '../../printable.ts'
import { distinct, mapOf, oneOrMore, shorthand, texts } from '../kinds/collections.ts'
import { escape, plain, refined, type Checked, type Kind, type Value } from '../kinds/kind.ts'
import { beside, optional, required, section, withDefault } from '../kinds/section.ts'
import {
  duration,
  file,
  literalText,
  offByDefault,
  relaxation,
  secretText,
  size,
  text,
  url,
  word,
} from '../kinds/values.ts'
import {
  parseCredentialHost,
  parseFieldValue,
  parseProxyUrl,
  parseRequestHeader,
} from '../values/reach-texts.ts'
import { parseThumbprint } from '../values/texts.ts'

/** Names of key sources that settings belong to. */
const NETWORK = ['discovery', 'jwks_url']
const SETS = { beside: ['discovery', 'jwks_url', 'jwks_file', 'jwks'] }
const SECRET = { beside: ['secret'] }

const HOUR_MS = 3_600_000
const proxy: Kind<string, string, ''> = {
  ...text('URL', parseProxyUrl),
  mayHoldSecret: true,
  // The address of the proxy may be shown; user name and password may not.
  write(proxyUrl, { secrets }) {
    const { username, password, host } = new URL(proxyUrl)
    if (secrets === 'plain' || (username === '' && password === '')) return escape(proxyUrl)
    return `http://${MASK}@${host}`
  },
}

/**
 * How a remote key source is reached, if it is not simply there. Files are read again at each fetch, so that a rotated
 * certificate or token is used at once.
 */
export const REACH = section({
  ca_file: optional(
    file(),
    "PEM certificates that the server's certificate must chain to; the system's authorities are then not trusted.",
    { absent: "the system's authorities" },
  ),
  client_cert_file: optional(file(), 'Client certificate in PEM, for servers that ask for one.'),
  client_key_file: optional(file(), 'Private key of the client certificate, in PEM.'),
  headers: optional(
    mapOf(text('header name', parseRequestHeader), secretText(parseFieldValue)),
    'Extra request headers. Their values are secrets, best written as `${file:…}` or `${NAME}`.',
  ),
  bearer_file: optional(
    file(),
    'File with a token that is sent as `Authorization: Bearer`; read again at each fetch.',
  ),
  send_credentials_to: optional(
    texts('list of hosts', { parse: parseCredentialHost }),
    'Hosts that also receive headers, bearer token and client certificate, such as the API server that `jwks_uri` names. A host needs its port unless it is the default one.',
    { absent: 'the host of the configured URL alone' },
  ),
  unix: optional(
    file(),
    'Unix socket that every request goes to, whatever host the URL names; `http://` then needs no `allow_http`.',
  ),
  proxy: optional(
    proxy,
    'Proxy for the requests, with user name and password if it requires them. Hosts in `NO_PROXY` of the environment are reached directly.',
    { absent: '`HTTPS_PROXY` of the environment' },
  ),
  deny_private_addresses: relaxation(
    'Connect to public addresses only. Every address in a DNS answer is checked (loopback, private, link-local, shared, unique-local, metadata services, IPv4 inside IPv6), and the connection goes to a checked address.',
  ),
})

export type ReachSettings = Value<typeof REACH>

export const FETCH = section({
  // An attacker on the path then chooses the keys.
  allow_http: offByDefault('Fetch keys over `http://`; for loopback and tests.'),
  timeout: withDefault(duration(100, 60_000), '5s', 'Deadline of a whole fetch.'),
  max_bytes: withDefault(size(1_024, 16 * 1024 ** 2), '1MiB', 'Largest answer.'),
  refresh: withDefault(
    duration(1_000, 24 * HOUR_MS),
    '10m',
    'Time between background refreshes when an answer does not state how long it is valid.',
  ),
  min_refresh: withDefault(
    duration(1_000, 24 * HOUR_MS),
    '60s',
    'Shortest time between refreshes, whatever the answer states.',
    { absent: '`60s`, or `refresh` if that is shorter' },
  ),
  max_refresh: withDefault(
    duration(1_000, 24 * HOUR_MS),
    '1h',
    'Longest time between refreshes, whatever the answer states.',
    { absent: '`1h`, or `refresh` if that is longer' },
  ),
  max_stale: withDefault(
    duration(60_000, 30 * 24 * HOUR_MS),
    '24h',
    'How long the last good keys stay in use while none can be loaded.',
  ),
  cooldown: withDefault(
    duration(1_000, HOUR_MS),
    '30s',
    'Shortest time between two fetches caused by unknown key ids.',
  ),
  first_fetch_wait: withDefault(
    duration(0, 10_000),
    '1s',
    'Longest time that requests wait for a fetch in progress.',
  ),
  startup: withDefault(
    word('wait', 'serve', 'snapshot'),
    'serve',
    '[What a start does](#keys) before the keys are loaded.',
  ),
  snapshot_file: optional(
    file(),
    'File that keeps the keys for the next start, relative to the configuration file.',
    { absent: '`NAME.keys.json` in `state_dir`' },
  ),
  pin: optional(
    distinct(texts('list of thumbprints', { parse: parseThumbprint })),
    'RFC 7638 SHA-256 thumbprints of the only accepted keys.',
    { absent: 'all keys' },
  ),
})

const encoding = word('utf8', 'base64', 'base64url', 'hex')

/** A shared secret with what belongs to it alone. */
export const ONE_SECRET = section({
  value: required(secretText(), 'The secret. Best written as `${file:…}` or `${NAME}`.'),
  kid: optional(text(), 'Key id of this secret; a token with another `kid` is not checked against it.'),
  encoding: optional(encoding, 'Encoding of `value`.', { absent: '`encoding` of the list, else `utf8`' }),
})

export type SecretConfig = Checked<typeof ONE_SECRET>

const files = refined(
  texts('path, or a list of them'),
  (paths, { directory }) => paths.map((path) => resolve(directory, path)),
  (paths) => paths,
)

const jsonText = {
  ...refined(
    plain(z.union([z.string(), z.record(z.string(), z.unknown())]), 'map, or JSON text'),
    (json) => (typeof json === 'string' ? json : JSON.stringify(json)),
    (text) => text,
  ),
  mayHoldSecret: true,
}

export const KEYS = section(
  {
    jwks_url: optional(
      texts('URL, or a list of them'),
      'URL of a JWK set, or of a map from key ids to PEM certificates, as Google publishes for Firebase; `https://` unless `allow_http` is set. Each URL of a list is a separate key source.',
    ),
    metadata_url: optional(
      url(),
      'With discovery: URL of the metadata, for issuers that publish it elsewhere (Azure AD B2C). Its `issuer` must still be the configured one.',
      { absent: 'below `issuer`', beside: ['discovery'] },
    ),
    jwks_file: optional(
      file(),
      'File with a JWK set, relative to the configuration file; read again when it changes.',
    ),
    pem_file: optional(
      files,
      'Files with public keys or certificates in PEM, relative to the configuration file; read again when they change.',
    ),
    pem: optional(
      { ...oneOrMore(literalText(), 'text, or a list of them'), mayHoldSecret: true },
      'Public keys or certificates in PEM, inline.',
    ),
    jwks: optional(jsonText, 'A JWK set, inline, as a map or as JSON text.'),
    allow_symmetric: relaxation(
      'With `jwks_file`: the set holds shared secrets (`kty: oct`), and only those are used.',
      { beside: ['jwks_file'] },
    ),
    secret: optional(
      oneOrMore(
        shorthand(secretText(), ONE_SECRET, (value): SecretConfig => ({ value })),
        'text, map, or a list of them',
      ),
      'Shared HMAC secret, or a list of them, each at least as long as the digest: 32, 48 or 64 bytes. Best written as `${file:…}` or `${NAME}`.',
    ),
    encoding: optional(encoding, 'Encoding of `secret`.', { ...SECRET, absent: '`utf8`' }),
    key_use: optional(
      word('sig', 'jwt-svid'),
      'Required `use` of the keys; `jwt-svid` is for SPIFFE bundles.',
      { ...SETS, absent: '`sig`' },
    ),
    kid: optional(text(), 'Key id of `secret`; a token with another `kid` is denied.', SECRET),
    allow_short_secret: offByDefault(
      'Accept a secret that is shorter than the digest, but never one below 16 bytes.',
      SECRET,
    ),
    ...beside(NETWORK, FETCH.shape),
    ...beside(NETWORK, REACH.shape),
  },
  'Where the keys come from; without a source among these keys, discovery from the issuer.',
)

export type KeysConfig = Checked<typeof KEYS>

/** One key source of the file: lists of URLs and of secrets are taken apart. */
export const ONE_SOURCE = section({
  ...KEYS.shape,
  jwks_url: optional(url(), 'URL of the key set.'),
  secret: optional(secretText(), 'The secret.'),
})

export type KeySourceConfig = Checked<typeof ONE_SOURCE>
