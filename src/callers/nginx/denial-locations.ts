/** The locations that answer instead of the application, because nginx drops Warder's headers and body. */
import { problemText, STATUS_TITLES } from '../../decision/problem.ts'

/** A string in nginx's configuration: nginx fills in the variables, and the line end is an escape. */
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

/** One location for each status of a denial in nginx. */
export const DENIAL_LOCATIONS = `\
    # Denials: nginx drops Warder's headers and body, so they are written again here. It does not send empty headers.
${[
  denial(
    '@warder_unauthorized',
    401,
    '        # No WWW-Authenticate here: nginx passes it on itself, though only on 401.\n',
  ),
  denial('@warder_forbidden', 403, '        add_header WWW-Authenticate $warder_challenge always;\n'),
  `    # Warder answered 503 (for example keys_unavailable) or not at all: nothing passes, and clients keep their tokens.
${denial('@warder_unavailable', 503, '        add_header Retry-After $warder_retry_after always;\n')}`,
].join('\n')}`
