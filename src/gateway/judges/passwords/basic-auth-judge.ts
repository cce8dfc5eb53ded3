/** User name and password (RFC 7617) as a judge of a route. */
import { shortened, type Denial } from '../../../decision/denial.ts'
import { DENY_ROWS } from '../../../decision/reasons.ts'
import type { BasicAuthSettings } from '../../../settings/basic-auth/definition.ts'
import { readBasicCredentials, type CredentialsMiss } from './basic-credentials.ts'
import { multipleCredentials } from '../auth-service/forward-auth-judge.ts'
import { valuesOf } from '../../../http/messages/header-fields.ts'
import { clientOf } from '../../client/client-address.ts'
import type { PasswordCheck } from './password-check.ts'
import { denied, type RouteJudge, type Verdict } from '../judge.ts'

/** By then the queue is empty, unless it was filled again. */
const RETRY_AFTER_SECONDS = 5

const NOTHING = (): void => {}

type CredentialsDenial = Extract<Denial, { readonly reason: `credentials_${string}` }>

export function basicAuthJudge(
  { realm, userHeader }: Pick<BasicAuthSettings, 'realm' | 'userHeader'>,
  check: PasswordCheck,
): RouteJudge {
  // RFC 9110 §5.6.4: characters that would end the quoted string are escaped. UTF-8 is the one encoding of RFC 7617 §2.1.
  const challenge = `Basic realm="${realm.replaceAll(/["\\]/g, '\\$&')}", charset="UTF-8"`
  const unauthorized = (denial: CredentialsDenial): Verdict => denied({ denial, status: 401, challenge })
  const missed: Readonly<Record<CredentialsMiss, Verdict>> = {
    absent: unauthorized({ reason: 'credentials_missing' }),
    malformed: unauthorized({ reason: 'credentials_malformed' }),
    multiple: multipleCredentials(challenge),
  }
  return {
    ask({ head, forwarded, isTrusted }, settled) {
      const credentials = readBasicCredentials(valuesOf(head.fields, 'authorization'))
      if (!credentials.ok) {
        settled(missed[credentials.error])
        return NOTHING
      }
      const { user } = credentials.value
      const address = clientOf(forwarded.forwardedFor, isTrusted)
      return check.check(credentials.value, address, (result) => {
        if (result === 'right') settled(allowed(user, userHeader))
        else if (result === 'wrong')
          settled(unauthorized({ reason: 'credentials_invalid', user: shortened(user) }))
        else settled(OVERLOADED)
      })
    },
  }
}

const OVERLOADED: Verdict = denied({
  denial: { reason: 'overloaded', work: 'passwords', retryAfterSeconds: RETRY_AFTER_SECONDS },
  status: DENY_ROWS.overloaded.status,
  retryAfterSeconds: RETRY_AFTER_SECONDS,
})

function allowed(user: string, userHeader: string | undefined): Verdict {
  if (userHeader === undefined) return { kind: 'allowed' }
  return {
    kind: 'allowed',
    grant: { headers: [{ name: userHeader, value: toHeaderText(user) }], params: [] },
  }
}

/** Written like identity headers: every byte of its UTF-8 outside visible ASCII, and `%`, as `%XX`. */
const toHeaderText = (user: string): string =>
  [...Buffer.from(user, 'utf8')]
    .map((byte) =>
      byte > 0x20 && byte < 0x7f && byte !== 0x25
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('')
