/** So many a second, on average, with a stock for a while without any. */

export class Allowance {
  readonly #perSecond: number
  readonly #most: number
  #left: number
  #refilledMs = Number.NaN

  /** @param most Those of a moment. It is full at first. */
  constructor(perSecond: number, most: number) {
    this.#perSecond = perSecond
    this.#most = most
    this.#left = most
  }

  /** Takes one, if there is one. @param nowMs Of any one clock; if it is set back, nothing is lost. */
  take(nowMs: number): boolean {
    const left = this.left(nowMs)
    if (left < 1) return false
    this.#left = left - 1
    return true
  }

  /** Takes any amount, more than is left, too. */
  spend(amount: number): void {
    this.#left -= amount
  }

  left(nowMs: number): number {
    const elapsedMs = Math.abs(nowMs - this.#refilledMs) || 0
    this.#refilledMs = nowMs
    this.#left = Math.min(this.#most, this.#left + (elapsedMs * this.#perSecond) / 1_000)
    return this.#left
  }
}
