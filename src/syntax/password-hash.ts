/** Password hashes as htpasswd files have them: which kind one is, and whether it costs no more than it may. */
import { err, ok, type Result } from '../result.ts'

export interface PasswordHash {
  /** `apr1` and `sha1` are weak: accepted, with a warning. */
  readonly kind: 'bcrypt' | 'argon2' | 'apr1' | 'sha1'
  /** The whole hash, as it is written. */
  readonly text: string
}

/** About a second on a machine of today; each step more doubles it. */
const MAX_BCRYPT_COST = 15
/** 256 MiB: what a check takes, a few are made at once. In KiB, as in the hash. */
const MAX_ARGON2_MEMORY_KIB = 262_144
/** Memory times passes, in KiB: about two seconds. */
const MAX_ARGON2_WORK_KIB = 2_097_152
const MAX_ARGON2_LANES = 16

// 16 and 23 bytes: the last character of each holds bits that no byte takes, and those are zero.
const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{30}[.CGKOSWaeimquy26]$/
const ARGON2 =
  /^\$argon2id?\$v=19\$m=(\d{1,9}),t=(\d{1,9}),p=(\d{1,9})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/
const APR1 = /^\$apr1\$[./A-Za-z0-9]{1,8}\$[./A-Za-z0-9]{22}$/
const SHA1 = /^\{SHA\}[A-Za-z0-9+/]{27}=$/

/** The error is a sentence that holds nothing of the text: it may be a password. */
export function parsePasswordHash(text: string): Result<PasswordHash, string> {
  const bcrypt = BCRYPT.exec(text)
  if (bcrypt !== null) {
    const cost = Number(bcrypt[1])
    if (cost >= 4 && cost <= MAX_BCRYPT_COST) return ok({ kind: 'bcrypt', text })
    return err(`a bcrypt hash of cost ${cost}; from 4 to ${MAX_BCRYPT_COST} can be used`)
  }
  const argon2 = ARGON2.exec(text)
  const [, , , , salt = '', digest = ''] = argon2 ?? []
  if (argon2 !== null && isBase64(salt) && isBase64(digest))
    return readArgon2(text, Number(argon2[1]), Number(argon2[2]), Number(argon2[3]))
  if (APR1.test(text)) return ok({ kind: 'apr1', text })
  return SHA1.test(text) ? ok({ kind: 'sha1', text }) : err('no password hash that Warder knows')
}

/** Without padding, and without bits that no byte takes. */
const isBase64 = (text: string): boolean =>
  Buffer.from(text, 'base64').toString('base64').replaceAll('=', '') === text

/** Whether an attacker who has the hash can soon recover the password. */
export const isWeakHash = ({ kind }: { readonly kind: string }): boolean => kind === 'apr1' || kind === 'sha1'

/** RFC 9106 §3.1: at least 8 KiB for each lane. */
function readArgon2(
  text: string,
  memoryKib: number,
  passes: number,
  lanes: number,
): Result<PasswordHash, string> {
  if (lanes < 1 || lanes > MAX_ARGON2_LANES || passes < 1 || memoryKib < 8 * lanes)
    return err('an argon2 hash with parameters that cannot be used')
  if (memoryKib > MAX_ARGON2_MEMORY_KIB) return err('an argon2 hash that takes more than 256 MiB')
  if (memoryKib * passes > MAX_ARGON2_WORK_KIB)
    return err('an argon2 hash that takes too long: memory times passes is more than 2 GiB')
  return ok({ kind: 'argon2', text })
}
