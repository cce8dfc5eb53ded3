/** `warder`: the entry of the program. A worker loads nothing of the command line, which takes a third of its start. */
import { WORKER_COMMAND } from '../app/workers/worker-command.ts'

if (process.argv[2] === WORKER_COMMAND && process.send !== undefined) {
  const { runWorkerProcess } = await import('./worker/run.ts')
  await runWorkerProcess(process.send.bind(process))
} else {
  const { runMain } = await import('./run-main.ts')
  await runMain()
}
