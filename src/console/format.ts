/** Numbers and times as people read them, always with their unit. */

const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const SHORT = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 })

/** `12,345` */
export const formatCount = (count: number): string => WHOLE.format(count)

/** `0.5`, `12.3`, `1,234`: three digits that matter. */
export const formatNumber = (value: number): string => (value >= 100 ? WHOLE : SHORT).format(value)

/** @param ms Milliseconds: `12 µs`, `3.4 ms`, `1.2 s`. */
export function formatMs(ms: number): string {
  if (ms < 1) return `${formatNumber(ms * 1_000)} µs`
  return ms < 1_000 ? `${formatNumber(ms)} ms` : `${formatNumber(ms / 1_000)} s`
}

/** `512 B`, `12.3 KiB`, `117 MiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_024) return `${formatNumber(bytes)} B`
  return bytes < 1_024 ** 2 ? `${formatNumber(bytes / 1_024)} KiB` : `${formatNumber(bytes / 1_024 ** 2)} MiB`
}

const STEPS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
] as const

/** Two units are enough: `45 s`, `12 min`, `3 h 5 min`, `2 d 4 h`. */
export function formatSpan(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  const first = STEPS.findIndex(([size]) => seconds >= size)
  const [size, unit] = STEPS[first] ?? [1, 's']
  const count = Math.floor(seconds / size)
  const [smaller, smallerUnit] = STEPS[first + 1] ?? [1, 's']
  const rest = first < 0 || first === STEPS.length - 1 ? 0 : Math.floor((seconds % size) / smaller)
  return rest === 0 ? `${count} ${unit}` : `${count} ${unit} ${rest} ${smallerUnit}`
}

/** `12 min ago`; `in 3 min` for a time to come. */
export const formatAge = (atMs: number, nowMs: number): string =>
  atMs > nowMs + 500 ? `in ${formatSpan(atMs - nowMs)}` : `${formatSpan(nowMs - atMs)} ago`

const UTC_FORMATS = formatsOf('UTC')
let localFormats: ReturnType<typeof formatsOf> | undefined

/** `13:04:05`, or with the date if it is not today's. */
export function formatTimeOfDay(atMs: number, isUtc: boolean, nowMs: number): string {
  const { time, date } = formats(isUtc)
  const day = date.format(atMs)
  return day === date.format(nowMs) ? time.format(atMs) : `${day} ${time.format(atMs)}`
}

/** `13:04`, or `13:04:05`, for the axis of a plot. */
export const formatClock = (atMs: number, isUtc: boolean, hasSeconds: boolean): string =>
  formats(isUtc)
    .time.format(atMs)
    .slice(0, hasSeconds ? 8 : 5)

/** `UTC`, or `UTC+2`: what all times of the page are in. */
export const zoneName = (isUtc: boolean, nowMs: number): string =>
  isUtc
    ? 'UTC'
    : (formats(false)
        .zone.formatToParts(nowMs)
        .find(({ type }) => type === 'timeZoneName')
        ?.value.replace('GMT', 'UTC') ?? '')

const formats = (isUtc: boolean): ReturnType<typeof formatsOf> =>
  isUtc ? UTC_FORMATS : (localFormats ??= formatsOf(undefined))

function formatsOf(timeZone: 'UTC' | undefined): Record<'time' | 'date' | 'zone', Intl.DateTimeFormat> {
  const zone = timeZone === undefined ? {} : { timeZone }
  return {
    time: new Intl.DateTimeFormat('en-GB', { ...zone, timeStyle: 'medium' }),
    // ISO 8601, as in the log.
    date: new Intl.DateTimeFormat('sv-SE', { ...zone, dateStyle: 'short' }),
    zone: new Intl.DateTimeFormat('en', { ...zone, timeZoneName: 'shortOffset' }),
  }
}
