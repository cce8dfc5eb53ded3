/** Calls whose answer fails, and whose answer to that fails, too, because the log does. */
import { afterAll, describe, expect, it } from 'bun:test'
import { createGrpcListener } from '../../../src/server/grpc/grpc-listener.ts'
import type { GrpcMethod } from '../../../src/server/grpc/grpc-handler.ts'
import { callBytes, CHECK, framed } from '../../support/grpc-call.ts'
import { h2cSession } from '../../support/http2-client.ts'
import { createCleanup } from '../../support/live/cleanup.ts'

const cleanup = createCleanup()
afterAll(() => cleanup.run())

const fail = (): never => {
  throw new Error('a bug')
}
const GOOD: GrpcMethod = {
  maxBytes: 10,
  answer: () => Buffer.from('good'),
  answerTooLarge: () => Buffer.from('too large'),
  answerFailed: () => Buffer.from('denied'),
}

describe('a call', () => {
  const cases: readonly (readonly [string, Partial<GrpcMethod>, number, string, string | undefined])[] = [
    ['whose method throws', { answer: fail }, 1, '0', 'denied'],
    ['whose method rejects', { answer: () => Promise.reject(new Error('a bug')) }, 1, '0', 'denied'],
    ['whose method throws twice', { answer: fail, answerFailed: fail }, 1, '13', undefined],
    [
      'whose method rejects, and throws then',
      { answer: () => Promise.reject(new Error('a bug')), answerFailed: fail },
      1,
      '13',
      undefined,
    ],
    ['whose message is too long for a method that throws', { answerTooLarge: fail }, 11, '0', 'denied'],
    [
      'whose message is too long for a method that throws twice',
      { answerTooLarge: fail, answerFailed: fail },
      11,
      '13',
      undefined,
    ],
  ]
  for (const [name, changes, bytes, status, body] of cases) {
    it(`${name} ends with status ${status}`, async () => {
      const listener = createGrpcListener(
        { kind: 'tcp', host: '127.0.0.1', port: 0 },
        new Map([[CHECK, { ...GOOD, ...changes }]]),
        { onRefused() {}, onUnknownPath() {}, onLimitReached() {}, onOverload() {} },
      )
      cleanup.add(() => void listener.stop())
      const session = await h2cSession(Number(listener.address.split(':').at(-1)), cleanup)
      const result = await callBytes(session, CHECK, framed(Buffer.alloc(bytes)))
      expect([result.status, result.body?.toString()]).toEqual([status, body])
    })
  }
})
