/** `warder/testing`: an issuer inside the process of the tests. */
export { signToken, type SigningKey } from './sign-token.ts'
export { createTestIssuer, type TestIssuer } from './test-issuer.ts'
