/** An account for bytes that are kept in memory until they can be sent. */
export interface HeldAccount {
  /** @param bytes More that are held; negative: released. */
  add(bytes: number): void
}

/** An account that counts nothing. */
export const UNCHARGED: HeldAccount = { add() {} }

/** One holder of an account, whose amount changes as a whole. */
export type Holding = ReturnType<typeof createHolding>

export function createHolding(account: HeldAccount) {
  let held = 0
  return {
    set(bytes: number): void {
      if (bytes === held) return
      const more = bytes - held
      held = bytes
      account.add(more)
    },
  }
}
