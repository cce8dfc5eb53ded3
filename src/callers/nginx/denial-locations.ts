/** The locations that answer in the place of the application: nginx drops Warder's headers and body. */
import { problemText, STATUS_TITLES } from '../../decision/problem.ts'

/** A string of nginx: its variables are put in, and its line end is written as an escape. */
const problem = (status: keyof typeof STATUS_TITLES): string => {
  const text = problemText({
    status,
    title: STATUS_TITLES[status],
    code: '$warder_code',
    decisionId: '$warder_id',
  })
  return `'${text.replace('\n', String.raw`\n`)}'`
}

const denial = (location: string, status: keyof typeof STATUS_TITLES, challenge: string): string => `\
    location ${location} {
        default_type application/problem+json;
        add_header Cache-Control no-store always;
        add_header X-Decision-Id $warder_id always;
        add_header X-Decision-Reason $warder_code always;
${challenge}\
        return ${status} ${problem(status)};
    }`

/** One for each status that a denial can have in nginx. */
export const DENIAL_LOCATIONS = `\
    # Denials: nginx drops Warder's headers and body, so they are put together again. Empty headers are not sent.
${[
  denial(
    '@warder_unauthorized',
    401,
    '        # No WWW-Authenticate here: on 401, and only there, nginx hands it on itself.\n',
  ),
  denial('@warder_forbidden', 403, '        add_header WWW-Authenticate $warder_challenge always;\n'),
  `    # Warder answered 503 (say, keys_unavailable), or not at all: nothing passes, and no client throws its token away.
${denial('@warder_unavailable', 503, '        add_header Retry-After $warder_retry_after always;\n')}`,
].join('\n')}`
