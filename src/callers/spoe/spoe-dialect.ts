/** The message by which HAProxy asks over SPOP. It is no endpoint of HTTP. */

/** `name`: in logs and metrics. `endpoint`: the message, with its names in the text of the engine. */
export const SPOE_DIALECT = { name: 'spoe', endpoint: 'SPOP: the message `judge`' } as const
/** The message's name. */
export const JUDGE_MESSAGE = 'judge'
