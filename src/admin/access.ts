/** Who may do what at the admin listener. */
import { hash, timingSafeEqual } from 'node:crypto'
import type { AdminSettings } from '../settings/admin/definition.ts'
import { adminError } from './admin-error.ts'
import { includesRight, type AdminRight } from './admin-route.ts'
import type { GuessLimit } from './guess-limit.ts'
import type { RouteAnswer } from './route-answer.ts'
import type { AdminAccess, AdminHead } from './router.ts'

/** The settings that access depends on. */
export type AdminAccessSettings = Pick<AdminSettings, 'tokens' | 'tls' | 'clientCertificates'>

/** A request that was refused, for the log. */
export interface AdminDenial {
  readonly why: 'token_missing' | 'token_wrong' | 'right_missing' | 'too_many_wrong'
  /** Address of the client; empty on a unix socket. */
  readonly client: string
  readonly method: string
  /** As sent. */
  readonly path: string
  readonly needed: AdminRight
  /** Name of the token, if it is a known one. */
  readonly token: string | undefined
}

export interface AccessDeps {
  /** Returns the settings in force. */
  readonly settings: () => AdminAccessSettings
  /** Whether only this machine reaches the listener, as it was bound: then no token means every right. */
  readonly isLocal: boolean
  /** Whether every connection has shown a certificate of a configured authority. */
  readonly hasCertificates: boolean
  readonly guesses: GuessLimit
  readonly onDenied: (denial: AdminDenial) => void
}

export function createAdminAccess(deps: AccessDeps): AdminAccess {
  const { settings, isLocal, hasCertificates, guesses, onDenied } = deps
  let compiled = compileTokens(settings())
  const tokensNow = (): CompiledTokens => {
    const current = settings()
    return compiled.of === current ? compiled : (compiled = compileTokens(current))
  }
  /** Without a token. */
  const anonymousRight = (): AdminRight => {
    const { tokens, clientCertificates } = settings()
    if (hasCertificates && clientCertificates !== undefined) return clientCertificates
    return isLocal && tokens.length === 0 && clientCertificates === undefined ? 'change' : 'none'
  }
  const refuse = (
    { peer, method, path }: AdminHead,
    needed: AdminRight,
    why: AdminDenial['why'],
    answer: RouteAnswer,
    token?: string,
  ): RouteAnswer => {
    onDenied({ why, client: peer, method, path, needed, token })
    return answer
  }
  return {
    authorize(head, needed) {
      const anonymous = anonymousRight()
      const sent = head.headers.get('authorization')
      // Nobody asks for a right: a wrong token is no guess, and a probe needs none.
      if (needed === 'none' || tokensNow().list.length === 0 || sent === null) {
        if (includesRight(anonymous, needed)) return anonymous
        return anonymous === 'none'
          ? refuse(head, needed, 'token_missing', tokenMissing())
          : refuse(head, needed, 'right_missing', rightMissing(needed, 'the client certificate'))
      }
      const waitSeconds = guesses.waitSeconds(head.peer)
      // Before the token is compared: else a flood would find it among its answers.
      if (waitSeconds > 0) return refuse(head, needed, 'too_many_wrong', tooMany(waitSeconds))
      const token = tokensNow().find(sent)
      if (token === undefined) {
        guesses.wrong(head.peer)
        return refuse(head, needed, 'token_wrong', tokenWrong())
      }
      const held = includesRight(anonymous, token.rights) ? anonymous : token.rights
      if (includesRight(held, needed)) return held
      return refuse(head, needed, 'right_missing', rightMissing(needed, 'the token'), token.name)
    },
    stillHolds({ headers }, needed) {
      const anonymous = anonymousRight()
      const sent = headers.get('authorization')
      const token = sent === null ? undefined : tokensNow().find(sent)
      // A token that is gone was known when the answer began: it is not a certificate's client that goes on.
      if (sent !== null && tokensNow().list.length > 0 && token === undefined) return needed === 'none'
      return includesRight(anonymous, needed) || includesRight(token?.rights ?? 'none', needed)
    },
  }
}

interface CompiledTokens {
  readonly of: AdminAccessSettings
  readonly list: readonly unknown[]
  /** @param field `Authorization`; undefined if it is no token that is known. */
  readonly find: (field: string) => AdminSettings['tokens'][number] | undefined
}

function compileTokens(of: AdminAccessSettings): CompiledTokens {
  const list = of.tokens.map((token) => ({ token, digest: digestOf(token.token) }))
  return {
    of,
    list,
    find(field) {
      // RFC 9110 §11.1: the scheme in any letter case.
      if (field.slice(0, 7).toLowerCase() !== 'bearer ') return undefined
      const digest = digestOf(field.slice(7).trim())
      // Digests have one length, and all are compared, so the time says nothing of the token or of its place.
      let found: AdminSettings['tokens'][number] | undefined
      for (const one of list) if (timingSafeEqual(one.digest, digest)) found = one.token
      return found
    },
  }
}

const digestOf = (text: string): Buffer => hash('sha256', text, 'buffer')

const challenge = (error = ''): Readonly<Record<string, string>> => ({
  'www-authenticate': `Bearer realm="warder admin"${error}`,
})

const tokenMissing = (): RouteAnswer =>
  adminError(
    'ERR_ADMIN_TOKEN',
    'a token is needed',
    ['send `Authorization: Bearer TOKEN` with a token of `admin.tokens`; a token in the URL is not accepted'],
    challenge(),
  )

const tokenWrong = (): RouteAnswer =>
  adminError(
    'ERR_ADMIN_TOKEN',
    'the token is not one of `admin.tokens`',
    ['after a change of its file, Warder has to load it: `kill -HUP`'],
    challenge(', error="invalid_token"'),
  )

const rightMissing = (needed: AdminRight, who: string): RouteAnswer =>
  adminError(
    'ERR_ADMIN_RIGHT',
    `this needs the right \`${needed}\`, which ${who} does not have`,
    ['use another one, or set `rights: change` (`client_certificates: change`) in `admin`'],
    challenge(', error="insufficient_scope"'),
  )

const tooMany = (seconds: number): RouteAnswer =>
  adminError(
    'ERR_ADMIN_TOO_MANY',
    'too many wrong tokens came from this address',
    ['wait as long as `Retry-After` says; until then no token is looked at'],
    { 'retry-after': String(seconds) },
  )
