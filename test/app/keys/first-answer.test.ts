import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { firstAnswer } from '../../../src/app/keys/first-answer.ts'

const asking = (answers: Readonly<Record<string, () => Promise<string>>>) => {
  const asked: string[] = []
  const ask = (address: string): Promise<string> => {
    asked.push(address)
    return answers[address]?.() ?? Promise.reject(new Error(address))
  }
  return { asked, ask }
}

describe('several addresses', () => {
  it('are asked in turns of the families, four at most, and the last failure is reported', async () => {
    const { asked, ask } = asking({})
    const all = ['::1', '::2', '::3', '10.0.0.1', '10.0.0.2']
    const fault: unknown = await firstAnswer(all, ask).catch((error: unknown) => error)
    expect(String(fault)).toContain('10.0.0.2')
    expect(asked).toEqual(['::1', '10.0.0.1', '::2', '10.0.0.2'])
  })

  it('are not asked when the first one answers', async () => {
    const { asked, ask } = asking({ '10.0.0.1': () => Promise.resolve('one') })
    expect(await firstAnswer(['10.0.0.1', '10.0.0.2'], ask)).toBe('one')
    expect(asked).toEqual(['10.0.0.1'])
  })

  it('do not wait for one that is silent, which is given up', async () => {
    let isGivenUp = false
    const answer = await firstAnswer(['::1', '10.0.0.1'], (address, signal) => {
      if (address !== '::1') return Promise.resolve(address)
      signal.addEventListener('abort', () => (isGivenUp = true))
      return new Promise(() => {})
    })
    expect([answer, isGivenUp]).toEqual(['10.0.0.1', true])
  })

  it('keep the connection that answered: its body is still to be read', async () => {
    let isGivenUp = false
    await firstAnswer(['10.0.0.1'], (_address, signal) => {
      signal.addEventListener('abort', () => (isGivenUp = true))
      return Promise.resolve('head')
    })
    expect(isGivenUp).toBe(false)
  })
})

it('asks both families when there are both, and no address twice', async () => {
  const address = fc.oneof(
    fc.nat(255).map((n) => `10.0.0.${n}`),
    fc.nat(255).map((n) => `fd00::${(n + 1).toString(16)}`),
  )
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(address, { minLength: 1, maxLength: 12 }), async (addresses) => {
      const { asked, ask } = asking({})
      const fault: unknown = await firstAnswer(addresses, ask).catch((error: unknown) => error)
      expect(fault).toBeInstanceOf(Error)
      expect(asked).toHaveLength(Math.min(addresses.length, 4))
      expect(new Set(asked).size).toBe(asked.length)
      expect(asked[0]).toBe(addresses[0] ?? '')
      const hasBoth = (all: readonly string[]) => new Set(all.map((one) => one.includes(':'))).size === 2
      expect(hasBoth(asked)).toBe(hasBoth(addresses))
    }),
  )
})
