/** Plain data that nobody changes any more. */

/** Settings are shared by everything that runs. Bytes of a secret cannot be frozen and stay as they are. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value))
    return value
  Object.freeze(value)
  for (const member of Object.values(value)) deepFreeze(member)
  return value
}
