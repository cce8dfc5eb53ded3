/** Several judges of one request, asked in their order: all must allow, and the first that does not answers. */
import type { Decision } from '../../decision/decision.ts'
import type { Grant } from './auth-service/auth-answer.ts'
import type { ClientRequest } from '../client/client-request.ts'
import type { Judgement } from './judge-request.ts'
import type { Allowance, JudgeOutcome, RouteJudge } from './judge.ts'

const NOTHING = (): void => {}

/**
 * @param first What the core decided: its id and its route are those of the judgement.
 * @param identityCount How many identity headers there are.
 * @param settled Called once, perhaps at once.
 * @returns Gives up, whoever is being asked: `settled` is not called.
 */
export function askJudges(
  judges: readonly RouteJudge[],
  request: ClientRequest,
  first: Decision,
  identityCount: number,
  settled: (judgement: Judgement) => void,
): () => void {
  const allowances: Allowance[] = []
  let isOver = false
  let cancel = NOTHING
  const askNext = (): void => {
    const judge = judges[allowances.length]
    if (judge === undefined) return settled(merged(first, allowances, identityCount))
    let isSettled = false
    const stop = judge.ask(request, (outcome: JudgeOutcome) => {
      if (isOver || isSettled) return
      isSettled = true
      cancel = NOTHING
      if (outcome.kind === 'allowed') {
        allowances.push(outcome)
        return askNext()
      }
      isOver = true
      const { id, route } = first
      const decision: Decision = { ...outcome.refusal, id, route, outcome: 'deny' }
      settled({ decision, grant: undefined, denial: outcome.denial, cookies: cookiesOf(allowances) })
    })
    // One that has answered has set what cancels the next.
    if (!isSettled) cancel = stop
  }
  askNext()
  return () => {
    isOver = true
    cancel()
  }
}

/** No two of them set one header or parameter: the configuration was checked. */
function merged({ id, route }: Decision, allowances: readonly Allowance[], identityCount: number): Judgement {
  const identity = Array.from({ length: identityCount }, (_, i) => {
    const said = allowances.find((allowance) => (allowance.identity?.[i] ?? '') !== '')
    return said?.identity?.[i] ?? ''
  })
  const grants = allowances.flatMap(({ grant }): readonly Grant[] => (grant === undefined ? [] : [grant]))
  const ends = allowances.flatMap((allowance) => allowance.notAfter ?? [])
  const notAfter = ends.length === 0 ? undefined : Math.min(...ends)
  const policy = joined(allowances.map((allowance) => allowance.policy))
  const issuer = joined(allowances.map((allowance) => allowance.issuer))
  return {
    decision: { id, route, policy, issuer, outcome: 'allow', reason: 'ok', identity, notAfter },
    grant: {
      headers: grants.flatMap(({ headers }) => headers),
      params: grants.flatMap(({ params }) => params),
    },
    cookies: cookiesOf(allowances),
  }
}

/** Also of a request that another judge denies: of a session that was renewed, the old cookie may be worth nothing. */
const cookiesOf = (allowances: readonly Allowance[]): readonly string[] =>
  allowances.flatMap(({ cookies }) => cookies ?? [])

function joined(names: readonly (string | undefined)[]): string | undefined {
  const known = names.filter((name) => name !== undefined)
  return known.length === 0 ? undefined : known.join('+')
}
