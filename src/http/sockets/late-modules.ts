/**
 * Modules of the runtime that are loaded when they are first used. Most services use neither TLS nor HTTP/2, and both
 * together would take 10 ms of a start.
 */

export const nodeTls = (): typeof import('node:tls') => process.getBuiltinModule('node:tls')

export const nodeHttp2 = (): typeof import('node:http2') => process.getBuiltinModule('node:http2')
