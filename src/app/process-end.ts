/** The end of the process, as the operator asks for it. */

/** Resolves at the first SIGTERM or SIGINT. A second one, of either kind, ends the process at once. */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let isStopping = false
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (isStopping) process.exit(0)
        isStopping = true
        resolve(signal)
      })
    }
  })
}
