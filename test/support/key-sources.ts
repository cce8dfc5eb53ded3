/** Key sources for tests: the real ones over texts in memory, and one whose answers a test chooses. */
import type { KeyObject } from 'node:crypto'
import { createKeySource } from '../../src/keys/sources/create-key-source.ts'
import type { KeyDeps } from '../../src/keys/key-deps.ts'
import type { KeyLookup, KeySource } from '../../src/keys/key-source.ts'
import type { Algorithm } from '../../src/syntax/algorithms.ts'
import type { VerificationKey } from '../../src/keys/verification-key.ts'

export type Jwk = Readonly<Record<string, unknown>>

export const jwkOf = (key: KeyObject, members: Jwk = {}): Jwk => ({
  ...key.export({ format: 'jwk' }),
  ...members,
})

/** Everything outside is closed: a source that fetches, or reads a file it was not given, fails the test. */
const closedDeps = (files: ReadonlyMap<string, Uint8Array>, setTimer: KeyDeps['setTimer']): KeyDeps => ({
  nowMs: () => 0,
  fetch: () => Promise.reject(new Error('the network is closed')),
  readFileSync(path) {
    const bytes = files.get(path)
    if (bytes === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
    return bytes
  },
  setTimer,
  random: () => 0,
})

/** A real key source over a JWK set that can be replaced, as an operator replaces the file. */
export interface JwksFixture {
  readonly source: KeySource
  replace(jwks: readonly Jwk[]): void
}

export function jwksSource(
  jwks: readonly Jwk[],
  algorithms: readonly Algorithm[],
  options: { readonly allowSymmetric?: true } = {},
): JwksFixture {
  const files = new Map([['keys.json', encodeJwks(jwks)]])
  let poll = (): void => undefined
  const setTimer: KeyDeps['setTimer'] = (fn) => {
    poll = fn
    return () => undefined
  }
  const settings = { kind: 'jwks_file', file: 'keys.json', ...options } as const
  const source = createKeySource(settings, algorithms, closedDeps(files, setTimer))
  return {
    source,
    replace(next) {
      files.set('keys.json', encodeJwks(next))
      poll()
    },
  }
}

const encodeJwks = (keys: readonly Jwk[]): Uint8Array => Buffer.from(JSON.stringify({ keys }))

export function secretSource(
  secret: Uint8Array,
  algorithms: readonly Algorithm[],
  options: { readonly kid?: string; readonly allowShortSecret?: boolean } = {},
): KeySource {
  const { kid, allowShortSecret = false } = options
  const settings = {
    kind: 'secret',
    secret,
    allowShortSecret,
    ...(kid === undefined ? {} : { kid }),
  } as const
  return createKeySource(
    settings,
    algorithms,
    closedDeps(new Map(), () => () => undefined),
  )
}

/** A source that gives scripted answers in turn, the last one again and again, and writes down what it was asked. */
export interface ScriptedSource extends KeySource {
  readonly asked: {
    readonly kid: string | undefined
    readonly algorithm: Algorithm
    readonly mayWait: boolean
  }[]
  /** Keys for which `trusts` is true. */
  readonly trusted: Set<VerificationKey>
}

export function scriptedSource(...answers: readonly (KeyLookup | Error)[]): ScriptedSource {
  const asked: ScriptedSource['asked'] = []
  const trusted = new Set<VerificationKey>()
  return {
    asked,
    trusted,
    lookup(kid, algorithm, mayWait) {
      asked.push({ kid, algorithm, mayWait })
      const answer = answers[Math.min(asked.length, answers.length) - 1]
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error('no answer')
      if (answer.state === 'found') for (const key of answer.keys) trusted.add(key)
      return answer
    },
    trusts: (key) => trusted.has(key),
    noteUse: () => undefined,
    status: () => ({
      description: 'scripted',
      state: 'fresh',
      keys: [...trusted],
      ignored: [],
      loadedAtMs: 0,
      lastError: undefined,
      history: [],
    }),
    started: Promise.resolve(),
    ready: Promise.resolve(),
    close: () => undefined,
  }
}
