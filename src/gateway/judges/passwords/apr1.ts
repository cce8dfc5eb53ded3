/** Apache's variant of MD5-crypt, the hash of `htpasswd -m`. Weak, and accepted with a warning. */
import { createHash } from 'node:crypto'

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const ROUNDS = 1_000
/** Which bytes of the digest stand together, most significant first. */
const GROUPS = [
  [0, 6, 12],
  [1, 7, 13],
  [2, 8, 14],
  [3, 9, 15],
  [4, 10, 5],
] as const

/** @returns The 22 characters behind the salt. */
export function apr1Digest(password: Buffer, salt: string): string {
  const saltBytes = Buffer.from(salt, 'latin1')
  const inner = md5(password, saltBytes, password)
  const first: Buffer[] = [password, Buffer.from('$apr1$'), saltBytes]
  for (let left = password.length; left > 0; left -= 16) first.push(inner.subarray(0, Math.min(16, left)))
  // A quirk of the original that every implementation has to repeat: a NUL, or the first byte of the password.
  for (let bits = password.length; bits > 0; bits >>= 1)
    first.push((bits & 1) === 1 ? Buffer.alloc(1) : password.subarray(0, 1))
  let digest = md5(...first)
  for (let round = 0; round < ROUNDS; round++) {
    const parts = [(round & 1) === 1 ? password : digest]
    if (round % 3 !== 0) parts.push(saltBytes)
    if (round % 7 !== 0) parts.push(password)
    parts.push((round & 1) === 1 ? digest : password)
    digest = md5(...parts)
  }
  const at = (index: number): number => digest[index] ?? 0
  const groups = GROUPS.map(([a, b, c]) => encoded((at(a) << 16) | (at(b) << 8) | at(c), 4))
  return groups.join('') + encoded(at(11), 2)
}

function md5(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('md5')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** Six bits to a character, the least significant first. */
function encoded(value: number, length: number): string {
  let text = ''
  for (let rest = value; text.length < length; rest >>= 6) text += ALPHABET[rest & 63]
  return text
}
