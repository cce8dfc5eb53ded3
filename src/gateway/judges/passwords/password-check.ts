/** Whether a password is the user's: verified once, then remembered for a while. */
import { createHmac, randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import type { PasswordSecret, UserSettings } from '../../../settings/basic-auth/definition.ts'
import { createExpiringEntries } from '../expiring-entries.ts'
import type { Credentials } from './basic-credentials.ts'
import type { VerifyPassword } from './verify-password.ts'
import { createWorkQueue, type WorkQueue } from './work-queue.ts'

export type PasswordResult = 'right' | 'wrong' | 'overloaded'

export interface PasswordCheck {
  /**
   * @param address Of the client, by which verifications take turns.
   * @param settled Called once, perhaps at once.
   * @returns Cancels: `settled` is not called.
   */
  check(credentials: Credentials, address: string, settled: (result: PasswordResult) => void): () => void
}

export interface PasswordCheckDeps {
  readonly verify: VerifyPassword
  /** Shared with all others of the gateway. */
  readonly queue: WorkQueue
  /** Takes turns with others of the queue. */
  readonly group: string
  readonly nowMs: () => number
}

/** Password checks at a time: one for each core keeps it busy, and a second one fills the waits between. */
const RUNNING_PER_CORE = 2
/** Password checks that wait for each of those: a few seconds of work. */
const WAITING_PER_RUNNING = 16

/** The queue for all password checks of the process. */
export function createPasswordQueue(): WorkQueue {
  const running = RUNNING_PER_CORE * availableParallelism()
  return createWorkQueue(running, WAITING_PER_RUNNING * running)
}

/** Most pairs of user and password that are remembered: some 2 MiB. */
const MAX_PAIRS = 10_000
/** From the moment at which the password was verified. */
const REMEMBER_MS = 300_000

type Settled = (result: PasswordResult) => void

/** A verification that is under way or waits for its turn. */
interface Verification {
  readonly waiting: Set<Settled>
  /** Takes it out of the queue; returns false if it has begun already. */
  takeBack: () => boolean
}

const NOTHING = (): void => {}

/**
 * An unknown name costs as much as a known one, always the same one: the password is verified against its hash, and
 * the answer is no. So neither time nor load reveals which names exist, whatever mixture of hashes there is.
 */
export function createPasswordCheck(users: readonly UserSettings[], deps: PasswordCheckDeps): PasswordCheck {
  // Random, so that no client can choose which digests are equal, or which name stands for an unknown one.
  const key = randomBytes(32)
  const digestOf = (text: string): Buffer => createHmac('sha256', key).update(text, 'utf8').digest()
  const secrets = new Map(users.map(({ name, secret }) => [digestOf(name).toString('base64'), secret]))
  /** Those that were right a moment ago. */
  const pairs = createExpiringEntries<true>(MAX_PAIRS)
  const verifications = new Map<string, Verification>()

  /** The secret that the password is verified against, and whether a match counts. */
  const secretOf = (user: string): readonly [PasswordSecret | undefined, boolean] => {
    const digest = digestOf(user)
    const known = secrets.get(digest.toString('base64'))
    if (known !== undefined) return [known, true]
    return [users[digest.readUInt32BE(0) % Math.max(users.length, 1)]?.secret, false]
  }

  const end = (digest: string, verification: Verification, result: PasswordResult): void => {
    verifications.delete(digest)
    for (const settled of verification.waiting) settled(result)
  }
  const begin = (
    digest: string,
    { user, password }: Credentials,
    address: string,
  ): Verification | undefined => {
    const verification: Verification = { waiting: new Set(), takeBack: () => false }
    const [secret, counts] = secretOf(user)
    const work = async (): Promise<void> => {
      const isRight = (await isVerified(deps.verify, secret, password)) && counts
      if (isRight) pairs.put(digest, true, deps.nowMs() + REMEMBER_MS)
      end(digest, verification, isRight ? 'right' : 'wrong')
    }
    const owner = { group: deps.group, address }
    const takeBack = deps.queue.run(owner, work, () => end(digest, verification, 'overloaded'))
    if (takeBack === undefined) return undefined
    verification.takeBack = takeBack
    verifications.set(digest, verification)
    return verification
  }

  return {
    check(credentials, address, settled) {
      // Names have no colon, so two pairs are never one text.
      const digest = digestOf(`${credentials.user}:${credentials.password}`).toString('base64')
      if (pairs.get(digest, deps.nowMs()) === true) {
        settled('right')
        return NOTHING
      }
      // A browser sends several requests at once: one verification is for all of them.
      const verification = verifications.get(digest) ?? begin(digest, credentials, address)
      if (verification === undefined) {
        settled('overloaded')
        return NOTHING
      }
      verification.waiting.add(settled)
      return () => {
        verification.waiting.delete(settled)
        // A verification that has begun runs to its end; the next request may still wait for it.
        if (verification.waiting.size === 0 && verification.takeBack()) verifications.delete(digest)
      }
    },
  }
}

async function isVerified(
  verify: VerifyPassword,
  secret: PasswordSecret | undefined,
  password: string,
): Promise<boolean> {
  try {
    return secret !== undefined && (await verify(secret, password))
  } catch {
    return false
  }
}
