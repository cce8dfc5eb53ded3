/** The `tracestate` field: what other systems have written beside `traceparent`. Warder keeps it, and adds nothing. */

/** Every system must be able to pass on this many characters. */
const MAX_LENGTH = 512
/** Longer members are the first that go if there are too many characters. */
const LONG_MEMBER = 128
const MAX_MEMBERS = 32
/** A longer field is not read at all. */
const MAX_READ_LENGTH = 8_192

const KEY = /^(?:[a-z0-9][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})$/
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/

/**
 * The field as it is passed on: its members without the white space around them. Empty if it is absent or invalid; then
 * the trace goes on without it. If it is longer than 512 characters, whole members are left out: long ones first, then
 * the last ones.
 *
 * @param value Repeated fields joined by commas.
 * @see https://www.w3.org/TR/trace-context/#tracestate-header
 */
export function readTracestate(value: string | null): string {
  if (value === null || value.length > MAX_READ_LENGTH) return ''
  const members: string[] = []
  const keys = new Set<string>()
  for (const part of value.split(',')) {
    const member = part.replace(/^[ \t]+|[ \t]+$/g, '')
    if (member === '') continue
    const at = member.indexOf('=')
    const key = member.slice(0, at)
    if (at < 0 || !KEY.test(key) || !VALUE.test(member.slice(at + 1)) || keys.has(key)) return ''
    keys.add(key)
    members.push(member)
    if (members.length > MAX_MEMBERS) return ''
  }
  return shortened(members)
}

function shortened(members: string[]): string {
  let length = members.reduce((sum, member) => sum + member.length + 1, -1)
  for (const isLongOnly of [true, false])
    for (let i = members.length - 1; i >= 0 && length > MAX_LENGTH; i--) {
      const member = members[i] ?? ''
      if (isLongOnly && member.length <= LONG_MEMBER) continue
      members.splice(i, 1)
      length -= member.length + 1
    }
  return members.join(',')
}
