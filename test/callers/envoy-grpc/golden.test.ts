/**
 * Each file below test/golden/callers/envoy-grpc is one Check: what it asks, the decision, and the answer as Envoy reads it.
 *
 * UPDATE_GOLDEN=1 writes decisions and answers anew; read the difference before you keep it.
 */
import { describe, expect, it } from 'bun:test'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { readCheckRequest } from '../../../src/callers/envoy-grpc/check-request.ts'
import { parseCheck, policyOf, renderCheck } from '../../../src/callers/envoy-grpc/check.ts'
import { denyUnread } from '../../../src/decision/decide.ts'
import type { Decision } from '../../../src/decision/decision.ts'
import { checkRequest, readCheckResponse, type CheckText } from '../../support/check-messages.ts'
import { BEARER, decideOf, ID, makeGuard, policySettings, routeSettings } from '../../support/make-guard.ts'
import { mint } from '../../support/tokens.ts'

const FOLDER = new URL('../../golden/callers/envoy-grpc/', import.meta.url)
const TOKENS: Readonly<Record<string, string>> = {
  good: mint({ claims: { scope: 'orders:read', name: 'Zoë' } }),
  'no-scope': mint(),
  expired: mint({ claims: { exp: 1 } }),
}
const header = (name: string, claim: string) =>
  ({ name, claim, arrays: 'csv', encoding: 'percent', maxBytes: 4096 }) as const
const guard = makeGuard({
  policies: [
    policySettings({
      name: 'orders-read',
      scope: ['orders:read'],
      identity: [
        header('X-Auth-Subject', 'sub'),
        header('X-Auth-Roles', 'roles'),
        header('X-Auth-Name', 'name'),
      ],
    }),
  ],
  routes: [
    routeSettings({ name: 'health', path: ['/healthz'], access: { kind: 'public' } }),
    routeSettings({ name: 'read', path: ['/orders/**'], access: { kind: 'policy', policy: 'orders-read' } }),
  ],
  tokenSources: [BEARER],
})
const decide = decideOf(guard)

interface Golden {
  readonly asked: CheckText
  readonly decision?: object
  readonly answer?: object
}

const filled = (asked: CheckText): CheckText =>
  JSON.parse(
    JSON.stringify(asked).replaceAll(/\{([a-z-]+)\}/g, (_all, name: string) => TOKENS[name] ?? 'unknown'),
  ) as CheckText

async function converse(asked: CheckText): Promise<Golden> {
  const check = readCheckRequest(checkRequest(filled(asked)))
  if (check === undefined) throw new Error('not read')
  const policy = policyOf(check, (name) => guard.policies.get(name))
  const parsed = parseCheck(check)
  let decision: Decision
  if (!policy.ok) decision = denyUnread(guard, policy.error, ID)
  else if (!parsed.ok) decision = denyUnread(guard, parsed.error, ID)
  else decision = await decide({ request: parsed.value, policy: policy.value })
  // The time is that of the clock of the tests.
  const { denial: _denial, atSeconds: _atSeconds, ...readable } = { denial: undefined, ...decision }
  return {
    asked,
    decision: readable,
    answer: readCheckResponse(renderCheck(decision, guard.identityNames, check)),
  }
}

describe('the gRPC dialect of Envoy', () => {
  const files = readdirSync(FOLDER)
  it('has golden files', () => expect(files.length).toBeGreaterThan(3))
  for (const file of files) {
    it(`answers as in ${file}`, async () => {
      const golden = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Golden
      const now = JSON.parse(JSON.stringify(await converse(golden.asked))) as Golden
      if (process.env['UPDATE_GOLDEN'] === '1')
        writeFileSync(new URL(file, FOLDER), `${JSON.stringify(now, null, 2)}\n`)
      else expect(now).toEqual(golden)
    })
  }
})
