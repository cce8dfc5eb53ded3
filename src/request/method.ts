/** Request methods. */

// RFC 9110 §9.1: a method is a token. The length is ours; the longest registered one has 17 characters.
const METHOD = /^[A-Za-z0-9!#$%&'*+\-.^_`|~]{1,32}$/

/** Whether the text is one method; a repeated header, joined with `, `, is not. */
export const isMethod = (text: string): boolean => METHOD.test(text)
