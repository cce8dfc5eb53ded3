/** Configurations and tokens for the commands. */
import { createSecretKey } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signToken } from '../../src/testing/sign-token.ts'
import { NOW_MS } from './run-warder.ts'

export const SECRET = 'correct-horse-battery-staple-0123456789'
export const NOW = NOW_MS / 1000

export const CONFIG = `version: 1
issuers:
  - name: main
    issuer: https://idp.example.com
    audience: [api://orders]
    keys: { secret: ${SECRET} }
policies:
  orders-read:
    scope: orders:read
    claims: { tenant: acme }
    identity: { X-Auth-Subject: sub }
  browser:
    token_sources: [{ cookie: access_token }]
  link:
    token_sources: [{ query: token }]
routes:
  - { name: health, match: { path: /healthz }, access: public }
  - { name: closed, match: { path: /internal/** }, access: deny }
  - { name: read, match: { host: api.example.com, path: /orders/**, method: [GET, HEAD] }, policy: orders-read }
  - { name: pages, match: { host: www.example.com }, policy: browser }
  - { name: links, match: { host: link.example.com }, policy: link }
`

export interface Sandbox {
  readonly path: string
  /** Writes a file and names it. */
  write(name: string, text: string): string
  remove(): void
}

/** A directory of the test's own, with {@link CONFIG} in it as `warder.yaml`. */
export function createSandbox(): Sandbox {
  const path = mkdtempSync(join(tmpdir(), 'warder-cli-'))
  const write = (name: string, text: string): string => {
    const file = join(path, name)
    writeFileSync(file, text)
    return file
  }
  write('warder.yaml', CONFIG)
  return { path, write, remove: () => rmSync(path, { recursive: true, force: true }) }
}

const GOOD_CLAIMS = {
  iss: 'https://idp.example.com',
  aud: 'api://orders',
  sub: 'alice-the-subject',
  iat: NOW - 180,
  exp: NOW + 130,
  scope: 'orders:read',
  tenant: 'acme',
}

/** A token that the configuration accepts, but for the claims given; undefined leaves a claim out. */
export const makeToken = (claims: Readonly<Record<string, unknown>> = {}, secret = SECRET): string =>
  signToken(
    { ...GOOD_CLAIMS, ...claims },
    { privateKey: createSecretKey(Buffer.from(secret)), algorithm: 'HS256', kid: undefined },
  )
