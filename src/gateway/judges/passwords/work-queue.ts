/** Expensive work, a little at a time and in fair turns: too much of it is refused at once, so that no queue grows. */

/** For whom work is done. */
export interface WorkOwner {
  /** The set of users that the work belongs to. */
  readonly group: string
  /** The client; one IPv6 network of 64 bits is one client. */
  readonly address: string
}

export interface WorkQueue {
  /**
   * Begins a piece of work, now or when it is its owner's turn. Groups take turns, and in a group addresses do.
   *
   * @param work Never rejects.
   * @param refused Called instead of `work` when its place is given to an address that has fewer.
   * @returns Takes the work back, and returns whether that was possible: work that has begun goes on. Undefined if it was refused.
   */
  run(owner: WorkOwner, work: () => Promise<void>, refused: () => void): (() => boolean) | undefined
}

interface Entry extends WorkOwner {
  readonly work: () => Promise<void>
  readonly refused: () => void
}

/**
 * One address takes half of either number at most, so that there is always a place for another address: with any other
 * rule, one connection that guesses would keep out everybody.
 *
 * @param running Most pieces at a time.
 * @param waiting Most pieces that wait for their turn.
 */
export function createWorkQueue(running: number, waiting: number): WorkQueue {
  const [runningShare, waitingShare] = [share(running), share(waiting)]
  const activeOf = createCounts()
  const waitingOf = createCounts()
  const turns = createTurns()
  const begin = (entry: Entry): void => {
    activeOf.add(entry.address, 1)
    void entry.work().finally(() => {
      activeOf.add(entry.address, -1)
      const next = turns.find((address) => activeOf.get(address) < runningShare)
      if (next === undefined) return
      remove(next)
      begin(next)
    })
  }
  /** Returns whether it was still waiting. */
  const remove = (entry: Entry): boolean => {
    const wasWaiting = turns.remove(entry)
    if (wasWaiting) waitingOf.add(entry.address, -1)
    return wasWaiting
  }
  /** The last entry of the address that waits with most, if that is more than one would be here. */
  const findSurplus = (address: string): Entry | undefined => {
    const [most, count] = waitingOf.largest()
    return most === undefined || count <= waitingOf.get(address) + 1 ? undefined : turns.lastOf(most)
  }
  /** Whether one more entry may wait; if need be, one of an address that has more is refused for it. */
  const mayWait = (address: string): boolean => {
    if (waitingOf.get(address) >= waitingShare) return false
    if (waitingOf.total() < waiting) return true
    const surplus = findSurplus(address)
    if (surplus === undefined) return false
    remove(surplus)
    surplus.refused()
    return true
  }
  return {
    run({ group, address }, work, refused) {
      const entry: Entry = { group, address, work, refused }
      if (activeOf.total() < running && activeOf.get(address) < runningShare) {
        begin(entry)
        return () => false
      }
      if (!mayWait(address)) return undefined
      turns.add(entry)
      waitingOf.add(address, 1)
      return () => remove(entry)
    },
  }
}

/** Entries that wait, in the order of their turns. */
function createTurns() {
  // Groups, and the addresses of each, in the order of their turns; the entries of an address oldest first, never none.
  const groups = new Map<string, Map<string, Entry[]>>()
  return {
    add(entry: Entry): void {
      const byAddress = groups.get(entry.group) ?? new Map<string, Entry[]>()
      const entries = byAddress.get(entry.address) ?? []
      entries.push(entry)
      byAddress.set(entry.address, entries)
      groups.set(entry.group, byAddress)
    },
    /** Returns whether it was there. */
    remove(entry: Entry): boolean {
      const byAddress = groups.get(entry.group)
      const entries = byAddress?.get(entry.address)
      const at = entries?.indexOf(entry) ?? -1
      if (byAddress === undefined || entries === undefined || at < 0) return false
      entries.splice(at, 1)
      if (entries.length === 0) byAddress.delete(entry.address)
      if (byAddress.size === 0) groups.delete(entry.group)
      return true
    },
    /** The entry whose turn it is, of an address that may begin; its group and its address go to the end. */
    find(mayBegin: (address: string) => boolean): Entry | undefined {
      for (const [group, byAddress] of groups) {
        for (const [address, entries] of byAddress) {
          if (!mayBegin(address)) continue
          groups.delete(group)
          groups.set(group, byAddress)
          byAddress.delete(address)
          byAddress.set(address, entries)
          return entries[0]
        }
      }
      return undefined
    },
    lastOf(address: string): Entry | undefined {
      return [...groups.values()].flatMap((byAddress) => byAddress.get(address) ?? []).at(-1)
    },
  }
}

const share = (most: number): number => Math.max(1, Math.floor(most / 2))

/** Only counts above zero take memory. */
function createCounts() {
  const counts = new Map<string, number>()
  let total = 0
  return {
    get: (address: string): number => counts.get(address) ?? 0,
    add(address: string, by: number): void {
      total += by
      const count = (counts.get(address) ?? 0) + by
      if (count === 0) counts.delete(address)
      else counts.set(address, count)
    },
    total: (): number => total,
    /** The address with the largest count. */
    largest(): readonly [address: string | undefined, count: number] {
      let largest: readonly [string | undefined, number] = [undefined, 0]
      for (const entry of counts) if (entry[1] > largest[1]) largest = entry
      return largest
    },
  }
}
