/** How long tests may take. None of these is a speed to hold: each ends what would never end. */

/** A test or hook that starts no real program; most take milliseconds. */
export const TEST_LIMIT_MS = 30_000

/**
 * A live test or hook. Real programs on a machine with other work may need many times as long as on an idle one; every
 * wait within a test is for a state, so that nothing takes longer for it.
 */
export const LIVE_TEST_LIMIT_MS = 120_000

/** A whole run without a line of output: longer than any test may take, so that its thread has to be stuck. */
export const SILENCE_LIMIT_MS = LIVE_TEST_LIMIT_MS + TEST_LIMIT_MS
