/** Whether a password is right, in a time that does not depend on how wrong it is. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { apr1Digest } from './apr1.ts'
import type { PasswordSecret } from '../../../settings/basic-auth/definition.ts'

/** Fails closed: a password that cannot be verified is wrong. */
export type VerifyPassword = (secret: PasswordSecret, password: string) => Promise<boolean>

/** bcrypt reads no more; Bun would hash longer ones first, and no htpasswd file is made like that. */
const MAX_BCRYPT_BYTES = 72

export const verifyPassword: VerifyPassword = async ({ kind, text }, password) => {
  const bytes = Buffer.from(password, 'utf8')
  switch (kind) {
    case 'bcrypt':
      return verifyInThread(bytes.subarray(0, MAX_BCRYPT_BYTES), text)
    case 'argon2':
      return verifyInThread(bytes, text)
    case 'apr1': {
      // It takes a millisecond in this thread; other requests get their turn between two of them.
      await new Promise<void>((resolve) => setImmediate(resolve))
      const [, , salt = '', digest = ''] = text.split('$')
      return isEqual(apr1Digest(bytes, salt), digest)
    }
    case 'sha1':
      return isEqual(`{SHA}${createHash('sha1').update(bytes).digest('base64')}`, text)
    case 'plain':
      return isEqual(password, text)
  }
}

/** In another thread. */
async function verifyInThread(password: Buffer, hash: string): Promise<boolean> {
  try {
    return await Bun.password.verify(password, hash)
  } catch {
    return false
  }
}

/** Digests have one length, so that not even the secret's length shows. */
const isEqual = (given: string, secret: string): boolean => timingSafeEqual(sha256(given), sha256(secret))
const sha256 = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest()
