import { describe, expect, it } from 'bun:test'
import type { PasswordSecret, UserSettings } from '../../../../src/settings/basic-auth/definition.ts'
import {
  createPasswordCheck,
  type PasswordCheck,
  type PasswordResult,
} from '../../../../src/gateway/judges/passwords/password-check.ts'
import { createWorkQueue } from '../../../../src/gateway/judges/passwords/work-queue.ts'

const MINUTE_MS = 60_000
const USERS: readonly UserSettings[] = [
  { name: 'alice', secret: { kind: 'bcrypt', text: 'cheap' } },
  { name: 'bob', secret: { kind: 'argon2', text: 'dear' } },
]

interface Bench {
  readonly check: PasswordCheck
  /** Secrets that were verified with, oldest first. */
  readonly asked: PasswordSecret[]
  /** Ends the oldest verification under way. */
  end(isRight: boolean): Promise<void>
  pass(ms: number): void
}

/** Verifications end when the test ends them. */
function bench(running = 2, waiting = 3, users = USERS): Bench {
  const asked: PasswordSecret[] = []
  const open: ((isRight: boolean) => void)[] = []
  let nowMs = 0
  const check = createPasswordCheck(users, {
    verify: (secret) => {
      asked.push(secret)
      return new Promise((resolve) => void open.push(resolve))
    },
    queue: createWorkQueue(running, waiting),
    group: 'users',
    nowMs: () => nowMs,
  })
  return {
    check,
    asked,
    async end(isRight) {
      open.shift()?.(isRight)
      for (let i = 0; i < 10; i++) await Promise.resolve()
    },
    pass: (ms) => void (nowMs += ms),
  }
}

let clients = 0

/** What it was settled with, and how to give up. Each request is another client's, unless the test names the client. */
function start(check: PasswordCheck, user: string, password = 'pw', address = `client ${clients++}`) {
  const verdicts: PasswordResult[] = []
  const cancel = check.check({ user, password }, address, (verdict) => void verdicts.push(verdict))
  return { verdicts, cancel }
}

describe('passwords are verified', () => {
  it('once for all requests that come with them at the same time', async () => {
    const { check, asked, end } = bench()
    const all = Array.from({ length: 50 }, () => start(check, 'alice'))
    expect(asked.length).toBe(1)
    await end(true)
    for (const { verdicts } of all) expect(verdicts).toEqual(['right'])
    expect(asked.length).toBe(1)
  })

  it('once in five minutes, if they are right, however often they are sent', async () => {
    const { check, asked, end, pass } = bench()
    start(check, 'alice')
    await end(true)
    for (let minute = 0; minute < 5; minute++) {
      expect(start(check, 'alice').verdicts).toEqual(['right'])
      pass(MINUTE_MS)
    }
    expect(asked.length).toBe(1)
    expect(start(check, 'alice').verdicts).toEqual([])
    expect(asked.length).toBe(2)
  })

  it('each time, if they are wrong', async () => {
    const { check, asked, end } = bench()
    for (let time = 1; time <= 3; time++) {
      const { verdicts } = start(check, 'alice', 'wrong')
      await end(false)
      expect(verdicts).toEqual(['wrong'])
      expect(asked.length).toBe(time)
    }
  })

  it('for each user separately: the password of one is wrong for another', async () => {
    const { check, asked, end } = bench()
    start(check, 'alice')
    await end(true)
    expect(start(check, 'bob').verdicts).toEqual([])
    expect(start(check, 'alice', 'pw ').verdicts).toEqual([])
    expect(asked.length).toBe(3)
  })

  it('for an unknown name with the secret of a known one, always the same, and the answer is no', async () => {
    const { check, asked, end } = bench(100)
    const kinds = new Set<string>()
    for (let i = 0; i < 40; i++) {
      const before = asked.length
      for (const password of ['pw', 'other']) {
        const { verdicts } = start(check, `nobody-${i}`, password)
        await end(true)
        expect(verdicts).toEqual(['wrong'])
      }
      const [first, second, ...more] = asked.slice(before)
      expect(first).toBe(second as never)
      expect(more).toEqual([])
      kinds.add(first?.text ?? '')
    }
    // As mixed as those of the known ones.
    expect([...kinds].sort()).toEqual(['cheap', 'dear'])
  })

  it('never, if there are no users', async () => {
    const { check, asked, end } = bench(2, 2, [])
    const { verdicts } = start(check, 'alice')
    await end(true)
    expect(verdicts).toEqual(['wrong'])
    expect(asked).toEqual([])
  })

  it('as wrong if that fails', async () => {
    const check = createPasswordCheck(USERS, {
      verify: () => Promise.reject(new Error('no')),
      queue: createWorkQueue(1, 1),
      group: 'users',
      nowMs: () => 0,
    })
    expect(
      await new Promise((resolve) => check.check({ user: 'alice', password: 'x' }, 'client', resolve)),
    ).toBe('wrong')
  })
})

describe('a flood of passwords', () => {
  it('is verified a few at a time, a few wait, and the rest is refused at once', async () => {
    const { check, asked, end } = bench(2, 3)
    const all = Array.from({ length: 100 }, (_, i) => start(check, 'alice', `guess ${i}`))
    expect(asked.length).toBe(2)
    expect(all.filter(({ verdicts }) => verdicts[0] === 'overloaded').length).toBe(95)
    for (let i = 0; i < 5; i++) await end(false)
    expect(asked.length).toBe(5)
    for (const { verdicts } of all.slice(0, 5)) expect(verdicts).toEqual(['wrong'])
    // There is room again.
    start(check, 'alice', 'guess 101')
    expect(asked.length).toBe(6)
  })

  it('of one address keeps out no other one: that is verified next', async () => {
    const { check, asked, end } = bench(4, 64)
    const flood = Array.from({ length: 500 }, (_, i) => start(check, 'alice', `guess ${i}`, 'flood'))
    expect(flood.filter(({ verdicts }) => verdicts[0] === 'overloaded').length).toBe(500 - 2 - 32)
    const login = start(check, 'bob', 'right', 'user')
    expect(asked).toHaveLength(3)
    await end(false)
    await end(false)
    await end(true)
    expect(login.verdicts).toEqual(['right'])
  })

  it('of many addresses gives up a place for an address that has none waiting', async () => {
    const { check, asked, end } = bench(2, 8)
    const flood = Array.from({ length: 40 }, (_, i) => start(check, 'alice', `guess ${i}`, `flood ${i % 4}`))
    const isRefused = ({ verdicts }: { readonly verdicts: readonly PasswordResult[] }) =>
      verdicts[0] === 'overloaded'
    const before = flood.filter(isRefused).length
    const login = start(check, 'bob', 'right', 'user')
    expect(login.verdicts).toEqual([])
    expect(flood.filter(isRefused).length).toBe(before + 1)
    // Of four addresses and this one, it is the fifth at most.
    let ended = 0
    for (; asked.at(-1)?.text !== 'dear'; ended++) await end(false)
    expect(ended).toBeLessThanOrEqual(5)
    for (const at = asked.length - 1; ended < at; ended++) await end(false)
    await end(true)
    expect(login.verdicts).toEqual(['right'])
  })

  it('does not keep out a user whose password is remembered', async () => {
    const { check, end } = bench(1, 1)
    start(check, 'bob', 'right')
    await end(true)
    for (let i = 0; i < 10; i++) start(check, 'alice', `guess ${i}`)
    expect(start(check, 'bob', 'right').verdicts).toEqual(['right'])
  })

  it('makes a place free when a client has left', async () => {
    const { check, asked, end } = bench(1, 1)
    start(check, 'alice', '1')
    const left = start(check, 'alice', '2')
    expect(start(check, 'alice', '3').verdicts).toEqual(['overloaded'])
    left.cancel()
    const fourth = start(check, 'alice', '4')
    expect(fourth.verdicts).toEqual([])
    await end(false)
    await end(true)
    expect(asked.length).toBe(2)
    expect(fourth.verdicts).toEqual(['right'])
    expect(left.verdicts).toEqual([])
  })

  it('answers no client that has left, but the others that wait for the same', async () => {
    const { check, end } = bench(1, 1)
    const left = start(check, 'alice')
    const stays = start(check, 'alice')
    left.cancel()
    await end(true)
    expect([left.verdicts, stays.verdicts]).toEqual([[], ['right']])
  })

  it('cannot fill the memory: ten thousand pairs are remembered, the oldest goes first', async () => {
    const { check, asked, end } = bench(1, 1)
    for (let i = 0; i <= 10_000; i++) {
      start(check, 'alice', `${i}`)
      await end(true)
    }
    const before = asked.length
    expect(start(check, 'alice', '10000').verdicts).toEqual(['right'])
    expect(start(check, 'alice', '1').verdicts).toEqual(['right'])
    expect(start(check, 'alice', '0').verdicts).toEqual([])
    expect(asked.length).toBe(before + 1)
  })
})
