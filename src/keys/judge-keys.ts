/** Every key of a set with what becomes of it, also where none is usable. */
import { ok } from '../result.ts'
import type { Result } from '../result.ts'
import { collectKeys, readMembers } from './import-jwks.ts'
import type { JwksLoaderOptions } from './jwks-loader.ts'
import { whyNotPinned } from './pins.ts'
import type { VerificationKey } from './verification-key.ts'

export interface RefusedKey {
  readonly kid: string | undefined
  readonly why: string
  /** The key is made for something else, such as encryption: no fault of the issuer. */
  readonly isForOthers: boolean
}

export interface JudgedKeys {
  readonly usable: readonly VerificationKey[]
  readonly refused: readonly RefusedKey[]
}

type Options = Pick<JwksLoaderOptions, 'algorithms' | 'pin' | 'keyUse'>

/** Fails, for people, when the document is no key set at all. */
export function judgeKeys(
  bytes: Uint8Array,
  { algorithms, pin, keyUse }: Options,
): Result<JudgedKeys, string> {
  const members = readMembers(bytes)
  if (!members.ok) return members
  const { keys, ignored } = collectKeys(members.value, algorithms, keyUse)
  const isPinned = ({ thumbprint }: VerificationKey): boolean => pin === undefined || pin.includes(thumbprint)
  const unpinned = keys.filter((key) => !isPinned(key))
  return ok({
    usable: keys.filter(isPinned),
    refused: [
      ...ignored.map(({ kid, why, isUntrusted }) => ({ kid, why, isForOthers: isUntrusted !== true })),
      ...unpinned.map(({ kid, thumbprint }) => ({ kid, why: whyNotPinned(thumbprint), isForOthers: true })),
    ],
  })
}
