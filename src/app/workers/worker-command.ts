/** The command of the program that a worker runs. */
export const WORKER_COMMAND = 'worker'
