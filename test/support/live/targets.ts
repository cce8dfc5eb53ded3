/** Request targets that proxies pass on as they came. */

/** With one reading. */
export const PLAIN_TARGETS: readonly string[] = [
  '/orders/a%20b',
  '/orders/%C3%A9?x=%2F..%2f&y=a+b',
  "/orders/~a'(b)!*,$&=@:",
  '/orders/1?',
  '/orders/1?a=http://b/../c',
]

/** With several readings; a path that some application reads as another one. */
export const AMBIGUOUS_TARGETS: readonly string[] = [
  '/orders/a%2Fb',
  '/orders/a%2fb',
  '/orders/a%5Cb',
  '/orders/a\\b',
  '/orders/../closed/1',
  '/orders/%2e%2e/closed/1',
  '/orders/..;/closed/1',
  '/orders/./1',
  '/orders//1',
  '//orders/1',
  '/orders/1;x=1',
  '/orders/%252e',
  '/orders/%3Fa',
  '/orders/%ff',
]
