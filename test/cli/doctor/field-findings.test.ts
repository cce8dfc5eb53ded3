/** What probes of tokens and fields make of answers. What cannot be judged is unknown, never a pass. */
import {
  allowing,
  answer,
  denied,
  echoing,
  exchange,
  judgeAll,
  OPEN,
  PLANTED,
  SILENT,
  WITH_ECHO,
  type Case,
} from './judging.ts'

const planted = (name: string): readonly [string, string] => [name, PLANTED]
const ROLES = { config: allowing('guarded', ['x-auth-subject', 'x-auth-roles']) }

const CASES: Readonly<Record<string, readonly Case[]>> = {
  'no-token': [
    ['denials', [denied(), denied('scheme_not_bearer')], 'pass'],
    ['one success among denials', [denied(), exchange(answer(200))], 'fail'],
    ['a 401 that anybody may have sent', [exchange(answer(401))], 'unknown'],
    ['silence', [SILENT], 'unknown'],
    ['an outage', [denied('keys_unavailable')], 'unknown'],
    ['a 401 of the proxy before an echo', [exchange(answer(401), true)], 'pass', { hasEcho: true }],
    ['an open path', [exchange(answer(200))], 'fail', OPEN],
  ],
  'garbage-token': [
    ['denials', [denied('token_malformed')], 'pass'],
    ['a success', [exchange(answer(200))], 'fail'],
    ['a success behind silence', [SILENT, exchange(answer(200))], 'fail'],
    ['denials on an open path', [denied()], 'unknown', OPEN],
  ],
  'token-accepted': [
    ['nothing, without a token', [], 'unknown'],
    ['a success', [exchange(answer(200))], 'pass'],
    ['a denial', [denied('token_expired')], 'warning'],
    ['a 404 that anybody may have sent', [exchange(answer(404))], 'unknown'],
  ],
  'two-tokens': [
    ['denials', [denied('token_multiple')], 'pass'],
    ['one field at the application', [echoing([['Authorization', 'x']])], 'pass', WITH_ECHO],
    [
      'both fields at the application',
      [
        echoing([
          ['Authorization', 'x'],
          ['authorization', 'y'],
        ]),
      ],
      'fail',
      WITH_ECHO,
    ],
    ['a success that is not shown', [exchange(answer(200))], 'unknown'],
    ['a 400 that anybody may have sent', [exchange(answer(400))], 'unknown'],
  ],
  identity: [
    ['the value of Warder', [echoing([['X-Auth-Subject', 'alice']])], 'pass', WITH_ECHO],
    ['the value of the client', [echoing([planted('X-Auth-Subject')])], 'fail', WITH_ECHO],
    ['both values', [echoing([['X-Auth-Subject', 'alice'], planted('x_auth_subject')])], 'fail', WITH_ECHO],
    ['no value', [echoing([])], 'fail', WITH_ECHO],
    [
      'a value in another field of the policy',
      [echoing([['X-Auth-Subject', 'alice'], planted('X-Auth-Roles')])],
      'fail',
      { ...WITH_ECHO, ...ROLES },
    ],
    [
      'a value in a field that may be none',
      [echoing([['X-Auth-Subject', 'alice'], planted('X-Auth-Roles')])],
      'unknown',
      WITH_ECHO,
    ],
    ['a success that is not shown', [exchange(answer(200))], 'unknown'],
    [
      'the value in a page',
      [exchange(answer(200, {}, `hello ${PLANTED}`), false, { fields: [planted('X-Auth-Subject')] })],
      'fail',
    ],
    ['a denial', [denied('path_ambiguous')], 'pass'],
    ['a denial and a success that is not shown', [denied(), exchange(answer(200))], 'unknown'],
  ],
  'override-method': [
    ['nothing', [echoing([])], 'pass', WITH_ECHO],
    ['the field', [echoing([planted('X-HTTP-Method-Override')])], 'fail', WITH_ECHO],
    [
      'the field behind a value of the proxy',
      [echoing([['X-Forwarded-For', `${PLANTED}, 10.0.0.1`]])],
      'fail',
      WITH_ECHO,
    ],
    ['a success that is not shown', [exchange(answer(200))], 'unknown'],
  ],
  'origin-fields': [
    ['the reason of the plain request', [denied()], 'pass'],
    ['another reason', [denied(), denied('path_ambiguous')], 'fail'],
    ['two values at Warder', [denied('origin_missing')], 'pass'],
    ['a success', [exchange(answer(200))], 'fail'],
    ['a 401 that anybody may have sent', [exchange(answer(401))], 'unknown'],
  ],
}

judgeAll(CASES)
