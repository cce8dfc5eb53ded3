/** How far away a point in time is, in words. */

const UNITS: readonly (readonly [name: string, seconds: number])[] = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
]

/** `in 2 m 10 s`, `3 d 4 h ago`, `now`: the two largest units. @param seconds From now; negative is the past. */
export function formatDistance(seconds: number): string {
  let rest = Math.round(Math.abs(seconds))
  if (rest === 0) return 'now'
  const parts: string[] = []
  for (const [name, length] of UNITS) {
    const count = Math.floor(rest / length)
    rest -= count * length
    if (count > 0 && parts.length < 2) parts.push(`${count} ${name}`)
    else if (parts.length > 0) break
  }
  return seconds < 0 ? `${parts.join(' ')} ago` : `in ${parts.join(' ')}`
}
