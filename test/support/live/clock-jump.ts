/** Loaded first by a process whose clock shall jump: a minute and a bit ahead with every SIGUSR2. */
const JUMP_MS = 70_000
const trueNow = Date.now
let aheadMs = 0

Date.now = () => trueNow() + aheadMs
process.on('SIGUSR2', () => {
  aheadMs += JUMP_MS
})
