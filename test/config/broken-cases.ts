/** Tables of broken configurations, and helpers to write them. */
import { describe, expect, it } from 'bun:test'
import type { ErrorCode } from '../../src/errors.ts'
import { ISSUER, loadBad } from './load-text.ts'

/** `place` is line:column, `-` for none; `says` is a part of the message, the label or the hints. */
export type Case = readonly [what: string, text: string, code: ErrorCode, place: string, says: string]

export const issuer = (more: string): string => `version: 1
issuers:
  - issuer: https://idp.example.com
    audience: api
${more
  .split('\n')
  .map((line) => `    ${line}`)
  .join('\n')}
`

export const secret = (more: string, algorithms = 'HS256'): string =>
  issuer(`algorithms: ${algorithms}\nkeys:\n  secret: "0123456789abcdef0123456789abcdef"\n  ${more}`)

export const route = (text: string): string => `${ISSUER}policies: { p: {} }\nroutes:\n  - ${text}\n`

/** Each case has exactly one error, with its code, at its place, and with a suggestion of what to do. */
export function describeBroken(what: string, cases: readonly Case[]): void {
  describe(what, () => {
    for (const [name, text, code, place, says] of cases) {
      it(`is ${code} at ${place} for ${name}`, async () => {
        const { diagnostics } = await loadBad(text, { env: { HOME: 'home' } })
        const errors = diagnostics.filter(({ severity }) => severity === 'error')
        expect(errors.map((error) => error.code)).toEqual([code])
        const [error] = errors
        expect(error?.position ? `${error.position.line}:${error.position.column}` : '-').toBe(place)
        expect([error?.label, ...(error?.hints ?? [])].filter(Boolean), 'what to do').not.toBeEmpty()
        expect([error?.message, error?.label, ...(error?.hints ?? [])].join('\n')).toContain(says)
      })
    }
  })
}
