/** Asks several judges about one request, in their order: all must allow, and the first that denies ends it. */
import type { Decision } from '../../decision/decision.ts'
import type { ClientRequest } from '../client/client-request.ts'
import type { AllowVerdict, RouteJudge, Judgement, Verdict } from './judge.ts'

const NOTHING = (): void => {}

/**
 * @param identityCount How many identity headers there are.
 * @param settled Called once, perhaps at once.
 * @returns Cancels: no further judge is asked, and `settled` is not called.
 */
export function askJudges(
  judges: readonly RouteJudge[],
  request: ClientRequest,
  { id, route }: Pick<Decision, 'id' | 'route'>,
  identityCount: number,
  settled: (judgement: Judgement) => void,
): () => void {
  const allowing: AllowVerdict[] = []
  let isOver = false
  let cancel = NOTHING
  const askNext = (): void => {
    const judge = judges[allowing.length]
    if (judge === undefined) return settled(merged(id, route, allowing, identityCount))
    let isSettled = false
    const stop = judge.ask(request, (verdict: Verdict) => {
      if (isOver || isSettled) return
      isSettled = true
      cancel = NOTHING
      if (verdict.kind === 'allowed') {
        allowing.push(verdict)
        return askNext()
      }
      isOver = true
      const decision: Decision = { ...verdict.decision, id, route, outcome: 'deny' }
      settled({
        decision,
        grant: undefined,
        authDenial: verdict.authDenial,
        cookies: cookiesOf(allowing),
        verdicts: [...allowing, verdict],
      })
    })
    // A judge that has answered already has set the cancel function of the next one.
    if (!isSettled) cancel = stop
  }
  askNext()
  return () => {
    isOver = true
    cancel()
  }
}

/** No two judges set the same header or parameter: the configuration was checked. */
function merged(
  id: string,
  route: string | undefined,
  allowing: readonly AllowVerdict[],
  identityCount: number,
): Judgement {
  const identity = Array.from({ length: identityCount }, (_, i) => {
    const first = allowing.find((verdict) => (verdict.identity?.[i] ?? '') !== '')
    return first?.identity?.[i] ?? ''
  })
  const grants = allowing.flatMap(({ grant }) => grant ?? [])
  const ends = allowing.flatMap((verdict) => verdict.notAfter ?? [])
  const notAfter = ends.length === 0 ? undefined : Math.min(...ends)
  const subject = allowing.find((verdict) => verdict.subject !== undefined)?.subject
  const policy = joined(allowing.map((verdict) => verdict.policy))
  const issuer = joined(allowing.map((verdict) => verdict.issuer))
  return {
    decision: { id, route, policy, issuer, outcome: 'allow', reason: 'ok', identity, notAfter, subject },
    grant: {
      headers: grants.flatMap(({ headers }) => headers),
      params: grants.flatMap(({ params }) => params),
    },
    cookies: cookiesOf(allowing),
    verdicts: allowing,
  }
}

/** Also of a request that another judge denies: once a session was renewed, the old cookie may be worth nothing. */
const cookiesOf = (allowing: readonly AllowVerdict[]): readonly string[] =>
  allowing.flatMap(({ cookies }) => cookies ?? [])

function joined(names: readonly (string | undefined)[]): string | undefined {
  const known = names.filter((name) => name !== undefined)
  return known.length === 0 ? undefined : known.join('+')
}
