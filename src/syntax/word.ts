/** The words of the configuration, and the names that settings and code have for them. */

/** `access_log` of `accessLog`. */
export const toWord = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** `accessLog` of `access_log`. */
export const fromWord = (word: string): string =>
  word.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
