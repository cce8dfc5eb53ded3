/** Kinds of single values: texts, secrets, files, URLs, words, numbers. */
import { resolve } from 'node:path'
import { z } from 'zod'
import { MASK, quoted } from '../../printable.ts'
import { ok, type Result } from '../../result.ts'
import { refuse, type Problem } from '../problem.ts'
import { formatByteSize, formatDuration, parseByteSize, parseDuration } from '../values/quantities.ts'
import { notEmpty } from '../values/texts.ts'
import { optional, withDefault, type Remarks } from './section.ts'
import { escape, parsedBy, plain, refined, type Kind, type Unit } from './kind.ts'

export type Parse<T> = (text: string) => Result<T, Problem>

/** The schema of a string that `parse` reads. */
export const textBy = <T>(parse: Parse<T>): z.ZodType<T, string> => parsedBy(z.string(), parse)

/** A string that `parse` accepts. */
export const text = (type = 'text', parse: Parse<string> = notEmpty): Kind<string, string, ''> =>
  plain(textBy(parse), type)

/** A string that means something else than itself, such as an address. */
export const parsed = <T>(type: string, parse: Parse<T>, format: (value: T) => string): Kind<T, T, ''> => ({
  ...plain(textBy(parse), type),
  write: (value) => escape(format(value)),
})

/** A string as it is: empty, with spaces, with anything. */
export const literalText = (): Kind<string, string, ''> => plain(z.string(), 'text')

/** A string that is never shown. */
export const secretText = (parse?: Parse<string>): Kind<string, string, ''> => ({
  ...plain(parse === undefined ? z.string() : textBy(parse), 'text'),
  isSecret: true,
  write: (value, { secrets }) => (secrets === 'masked' ? MASK : escape(value)),
})

/** A URL, whose query may hold a token. */
export const url = (): Kind<string, string, ''> => ({
  ...text('URL'),
  write: (value, { secrets }) => escape(secrets === 'masked' ? value.replace(/\?.+$/s, `?${MASK}`) : value),
})

/** The path of a file; absolute in the settings. */
export const file = (): Kind<string, string, ''> => ({
  ...text('path'),
  read: (path, { directory }) => resolve(directory, path),
})

/** A file that belongs to the configuration: when it changes, the configuration is loaded anew. */
export const watchedFile = (): Kind<string, string, ''> => ({ ...file(), files: (path) => [path] })

export const flag = (): Kind<boolean, boolean, ''> => plain(z.boolean(), 'true or false')

/** A flag that is off unless it is written. */
export const offByDefault = (doc: string, remarks?: Remarks) => withDefault(flag(), false, doc, remarks)

/** A relaxation: off like the others, and absent from the settings unless it is on. */
export const relaxation = (doc: string, remarks?: Remarks) =>
  optional(optIn, doc, { absent: '`false`', ...remarks })

const optIn: Kind<boolean, true | undefined, ''> = refined(
  flag(),
  (isOn): true | undefined => (isOn ? true : undefined),
  (isOn) => isOn === true,
)

/** One of these words. */
export const word = <const Words extends readonly [string, ...string[]]>(
  ...words: Words
): Kind<Words[number], Words[number], ''> => plain(z.enum(words), words.map((one) => `\`${one}\``).join(', '))

/** A whole number; as a string of digits too, because `${NAME}` yields strings. */
export const count = (least: number, most: number): Kind<number, number, ''> =>
  plain(
    inRange(
      (value) =>
        /^\d{1,15}$/.test(String(value))
          ? ok(Number(value))
          : refuse('ERR_CONFIG_TYPE', `${quoted(String(value))} is not a whole number`),
      least,
      most,
      String,
    ),
    `number, ${least} to ${most}`,
  )

const quantity = <U extends Unit>(
  unit: U,
  type: string,
  [parse, format]: readonly [(value: string | number) => Result<number, Problem>, (value: number) => string],
  [least, most]: readonly [number, number],
  show: (value: number) => string = format,
): Kind<number, number, U> => ({
  ...plain(inRange(parse, least, most, show), `${type}, ${show(least)} to ${show(most)}`),
  unit,
  write: format,
})

const HOUR_MS = 3_600_000
// Minutes are easier to compare as seconds, hours are not.
const showDuration = (ms: number): string =>
  ms % HOUR_MS === 0 || ms < 1_000 ? formatDuration(ms) : `${ms / 1_000}s`

/** A duration, in milliseconds. */
export const duration = (least: number, most: number): Kind<number, number, 'Ms'> =>
  quantity('Ms', 'duration', [parseDuration, formatDuration], [least, most], showDuration)

/** A duration between bounds in milliseconds; in the settings it is in seconds, which need not be whole. */
export const durationInSeconds = (least: number, most: number): Kind<number, number, 'Seconds'> => ({
  ...refined(
    duration(least, most),
    (ms) => ms / 1_000,
    (seconds) => seconds * 1_000,
  ),
  unit: 'Seconds',
})

/** A size, in bytes. */
export const size = (least: number, most: number): Kind<number, number, 'Bytes'> =>
  quantity('Bytes', 'size', [parseByteSize, formatByteSize], [least, most])

/** Bytes in a second. */
export const byteRate = (least: number, most: number): Kind<number, number, ''> =>
  quantity('', 'size', [parseByteSize, formatByteSize], [least, most])

const inRange = (
  parse: (value: string | number) => Result<number, Problem>,
  least: number,
  most: number,
  show: (value: number) => string,
): z.ZodType<number, string | number> =>
  parsedBy(z.union([z.string(), z.number()]), (value) => {
    const read = parse(value)
    if (!read.ok || (read.value >= least && read.value <= most)) return read
    const message = `${quoted(String(value))} is not between ${show(least)} and ${show(most)}`
    return refuse('ERR_CONFIG_RANGE', message)
  })
