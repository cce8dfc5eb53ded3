import { expect, it } from 'bun:test'
import { STATUS_CODES } from 'node:http'
import { STATUS_PHRASES } from '../../../src/http/messages/status-phrases.ts'

it('the phrases of status codes are those of the runtime', () => {
  expect(STATUS_PHRASES).toEqual(STATUS_CODES as never)
})
