/** Names of users, and passwords, that can be sent in HTTP Basic authentication. */

/** Longer ones would not fit into every log and header. */
const MAX_USER_NAME_BYTES = 255

// What some program takes for the end of a line, or does not show.
const UNSENDABLE = /[:\u0000-\u001f\u007f-\u009f\u2028\u2029]/

/** RFC 7617 §2: no colon, no control characters. Stricter: not empty, and no white space around it. */
export const isUserName = (name: string): boolean =>
  name !== '' &&
  name.trim() === name &&
  Buffer.byteLength(name) <= MAX_USER_NAME_BYTES &&
  !UNSENDABLE.test(name)

/** Longest `user:password`, in bytes: much more than anybody types, and little to hash. */
export const MAX_CREDENTIALS_BYTES = 1_024

// RFC 7617 §2 forbids them; some programs end a text at NUL.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/

/** Whether name and password can be sent, with the colon between them. */
export const isSendable = (text: string): boolean =>
  Buffer.byteLength(text) <= MAX_CREDENTIALS_BYTES && !CONTROLS.test(text)
