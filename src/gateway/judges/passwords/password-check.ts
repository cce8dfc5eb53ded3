/** Whether user and password belong together: verified once, then remembered for a while. */
import { createHmac, randomBytes } from 'node:crypto'
import type { PasswordSecret, UserSettings } from '../../../settings/basic-auth/definition.ts'
import type { Credentials } from './basic-credentials.ts'
import { createRememberedPairs } from './remembered-pairs.ts'
import type { VerifyPassword } from './verify-password.ts'
import type { WorkQueue } from './work-queue.ts'

export type PasswordResult = 'right' | 'wrong' | 'overloaded'

export interface PasswordCheck {
  /**
   * @param address Of the client, by which verifications take turns.
   * @param settled Called once, perhaps at once.
   * @returns Gives up: `settled` is not called.
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

type Settled = (result: PasswordResult) => void

/** A verification that is under way or waits, and who wants to know. */
interface Flight {
  readonly waiting: Set<Settled>
  /** False where it has begun already. */
  takeBack: () => boolean
}

const NOTHING = (): void => {}

/**
 * A name that nobody has costs what one of those that somebody has costs, always the same one: its password is
 * verified, and the answer is no. So neither time nor load tells which names exist, whatever mixture of hashes
 * there is.
 */
export function createPasswordCheck(users: readonly UserSettings[], deps: PasswordCheckDeps): PasswordCheck {
  // Random, so that nobody outside can choose what is equal or what stands for an unknown name.
  const key = randomBytes(32)
  const digestOf = (text: string): Buffer => createHmac('sha256', key).update(text, 'utf8').digest()
  const secrets = new Map(users.map(({ name, secret }) => [digestOf(name).toString('base64'), secret]))
  const pairs = createRememberedPairs()
  const flights = new Map<string, Flight>()

  /** What the password is verified against, and whether that counts. */
  const secretOf = (user: string): readonly [PasswordSecret | undefined, boolean] => {
    const digest = digestOf(user)
    const known = secrets.get(digest.toString('base64'))
    if (known !== undefined) return [known, true]
    return [users[digest.readUInt32BE(0) % Math.max(users.length, 1)]?.secret, false]
  }

  const end = (digest: string, flight: Flight, result: PasswordResult): void => {
    flights.delete(digest)
    for (const settled of flight.waiting) settled(result)
  }
  const begin = (digest: string, { user, password }: Credentials, address: string): Flight | undefined => {
    const flight: Flight = { waiting: new Set(), takeBack: () => false }
    const [secret, counts] = secretOf(user)
    const work = async (): Promise<void> => {
      const isRight = (await isVerified(deps.verify, secret, password)) && counts
      if (isRight) pairs.put(digest, deps.nowMs())
      end(digest, flight, isRight ? 'right' : 'wrong')
    }
    const owner = { group: deps.group, address }
    const takeBack = deps.queue.run(owner, work, () => end(digest, flight, 'overloaded'))
    if (takeBack === undefined) return undefined
    flight.takeBack = takeBack
    flights.set(digest, flight)
    return flight
  }

  return {
    check(credentials, address, settled) {
      // Names have no colon, so two pairs are never one text.
      const digest = digestOf(`${credentials.user}:${credentials.password}`).toString('base64')
      if (pairs.has(digest, deps.nowMs())) {
        settled('right')
        return NOTHING
      }
      // A browser sends several requests at once: one verification is for all of them.
      const flight = flights.get(digest) ?? begin(digest, credentials, address)
      if (flight === undefined) {
        settled('overloaded')
        return NOTHING
      }
      flight.waiting.add(settled)
      return () => {
        flight.waiting.delete(settled)
        // What has begun runs to its end; whoever comes next may still wait for it.
        if (flight.waiting.size === 0 && flight.takeBack()) flights.delete(digest)
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
