/** Requests for every proxy, odd ones included; the same ones in each run. */
import fc from 'fast-check'
import type { RawRequest } from '../raw-client.ts'

const COUNT = 520
const SEED = 20_261_129

const SEGMENTS = [
  'orders',
  'items',
  'public',
  'closed',
  'Closed',
  'ORDERS',
  '1',
  'a%20b',
  'a+b',
  '%2e',
  '%2e%2e',
  '..',
  '.',
  '',
  'x;y',
  '..;',
  'a%2fb',
  '%2F',
  '%5c',
  'x%5Cy',
  '%00',
  '%c3%a9',
  '%C3%A9',
  '%e9',
  '%',
  '%zz',
  'index.php',
  'a:b',
  '~',
  '%7e',
  '@',
  '$',
  "'",
  '(x)',
  '*',
  'a,b',
  '=',
  '&',
  '%25',
  '%252e',
  'é',
  'a\\b',
  '"',
  '|',
  '^',
  '{x}',
  '<x>',
] as const
const start = fc.constantFrom(
  '/orders',
  '/orders',
  '/items',
  '/public',
  '/closed',
  '',
  '/',
  '//orders',
  '/./orders',
)
const path = fc
  .tuple(start, fc.array(fc.constantFrom(...SEGMENTS), { maxLength: 4 }))
  .map(([first, rest]) => `${first}/${rest.join('/')}`)
const QUERIES = [
  '',
  '',
  '?',
  '?a=b',
  '?a=%2f..&b',
  '?x=/closed/1',
  '?_method=DELETE',
  '?a?b',
  '?%00',
  '?a=b#c',
  '?é',
] as const
const METHODS = [
  'GET',
  'GET',
  'GET',
  'POST',
  'HEAD',
  'DELETE',
  'PUT',
  'PATCH',
  'OPTIONS',
  'PROPFIND',
  'get',
  'M-SEARCH',
] as const
const HOSTS = [
  'api.example.com',
  'api.example.com',
  'API.EXAMPLE.COM',
  'api.example.com:8080',
  'api.example.com.',
] as const

export interface ParityRequest extends RawRequest {
  readonly method: string
  readonly target: string
  readonly host: string
  /** Whether it has a token of a reader. */
  readonly hasToken: boolean
}

export const PARITY_REQUESTS: readonly ParityRequest[] = fc.sample(
  fc

    .record({
      method: fc.constantFrom(...METHODS),
      path,
      query: fc.constantFrom(...QUERIES),
      host: fc.constantFrom(...HOSTS),
      hasToken: fc.boolean(),
    })
    .map(({ path: before, query: after, ...rest }): ParityRequest => ({ ...rest, target: before + after })),
  { numRuns: COUNT, seed: SEED },
)
