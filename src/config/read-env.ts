/** The only place that looks at the environment of the process. */

/** The environment as it is now; what a configuration's `${NAME}` is replaced from. */
export const readEnv = (): Readonly<Record<string, string | undefined>> => ({ ...process.env })
