/** The file of the SPOE engine: what HAProxy sends to Warder, and how long it waits. The same for every configuration. */
import { JUDGE_MESSAGE } from '../spoe/spoe-dialect.ts'

/** The name of the engine, of its group and of the prefix of its variables. */
export const ENGINE = 'warder'

export const SPOE_ENGINE = `\
# How HAProxy asks Warder about each request by SPOE. Needs HAProxy 2.6 or later, and \`listen.spoe\` of Warder.
#
#     filter spoe engine ${ENGINE} config FILE
#     http-request send-spoe-group ${ENGINE} ${JUDGE_MESSAGE}
#
# Then Warder has set variables of the transaction:
#
#     txn.${ENGINE}.allowed       true only if Warder allowed the request. Deny the request unless it is true.
#     txn.${ENGINE}.status        200, or the status of the denial
#     txn.${ENGINE}.reason, .id   of the decision
#     txn.${ENGINE}.challenge     for WWW-Authenticate, if there is one
#     txn.${ENGINE}.retry_after   for Retry-After, if there is one
#     txn.${ENGINE}.header.X      the identity header X, in lower case and with _ in place of -, for example
#                              txn.${ENGINE}.header.x_auth_subject; empty if the token has no such claim
#
# A variable is set only if the configuration uses it. After any failure, none is set.
[${ENGINE}]

spoe-agent ${ENGINE}
    groups ${JUDGE_MESSAGE}
    option var-prefix ${ENGINE}
    # HAProxy 3.1 and later have these two in the backend.
    timeout hello 1s
    timeout idle 30s
    # A decision takes less than a millisecond, and at most \`first_fetch_wait\` (1s) while keys are fetched.
    timeout processing 3s
    use-backend ${ENGINE}

spoe-group ${JUDGE_MESSAGE}
    messages ${JUDGE_MESSAGE}

# Every name is known to Warder, and a wrong one is a denial. To let one policy judge instead of Warder's routes, add
# policy=str(NAME).
spoe-message ${JUDGE_MESSAGE}
    args method=method path=pathq host=req.fhdr(host) scheme=ssl_fc,iif(https,http) src=src headers=req.hdrs_bin
`
