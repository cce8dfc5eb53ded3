/** A program that logs numbered lines to stdout, and ends in the way that it is told. */
import { writeLogAtExit } from '../../../src/app/process-end.ts'
import { createLogger } from '../../../src/observe/logger.ts'

const [name = '', count = '0', end = 'flush'] = process.argv.slice(2)
const logger = createLogger(1)
writeLogAtExit(logger)
let accepted = 0
for (let number = 0; number < Number(count); number += 1) {
  // Of different lengths, so that a batch ends anywhere.
  if (logger.info({ name, number, rest: 'x'.repeat((number * 37) % 500) }, 'a line')) accepted += 1
  // As in a server: some lines in each turn of the loop.
  if (number % 50 === 49) await new Promise((resolve) => setImmediate(resolve))
}
console.error(`accepted ${accepted}`)
if (end === 'exit') process.exit(3)
if (end === 'throw') throw new TypeError('the end')
if (end === 'wait') setInterval(() => undefined, 1_000)
if (end === 'read') {
  // Goes on when a line comes in: the reader reads now.
  await new Promise((resolve) => process.stdin.once('data', resolve))
  while (!(await logger.flush())) console.error('not read yet')
  logger.info({ name, number: -1 }, 'the last line')
}
if (end === 'flush' || end === 'read') {
  await logger.flush()
  process.exit(0)
}
