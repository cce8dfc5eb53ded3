/** Judges the token alone: for curl, scripts and other programs. Reads no original request. */
import { problemText, STATUS_TITLES } from '../decision/problem.ts'
import { ok } from '../result.ts'
import { lastAddress } from '../syntax/client-address.ts'
import { denyLines, renderAllow, type Caller } from './caller.ts'

export const token: Caller = {
  name: 'token',
  noBodyHint: 'send decision requests without a body',
  parse: ({ headers }) => ok({ method: 'GET', scheme: 'https', host: '', path: '/', query: '', headers }),
  // Not the other side of the connection: that is the program that asks for its clients, and no ban may hit it.
  clientOf: (headers) => lastAddress(headers.get('x-forwarded-for')),
  render(decision, identityNames) {
    if (decision.outcome === 'allow') return renderAllow(decision, identityNames)
    const { status, reason, id } = decision
    const lines = `${denyLines(decision)}content-type: application/problem+json\r\n`
    const body = problemText({ status, title: STATUS_TITLES[status], code: reason, decisionId: id })
    return { status, lines, body }
  },
}
