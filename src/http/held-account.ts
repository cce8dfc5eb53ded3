/** An account for bytes that are kept in memory until they can be sent. */
export interface HeldAccount {
  /** @param bytes More that are held; negative: released. */
  add(bytes: number): void
}

/** An account that counts nothing. */
export const UNCHARGED: HeldAccount = { add() {} }

/** One holder of an account, whose amount changes as a whole. */
export class Holding {
  readonly #account: HeldAccount
  #bytes = 0

  constructor(account: HeldAccount) {
    this.#account = account
  }

  set(bytes: number): void {
    if (bytes === this.#bytes) return
    const more = bytes - this.#bytes
    this.#bytes = bytes
    this.#account.add(more)
  }
}
