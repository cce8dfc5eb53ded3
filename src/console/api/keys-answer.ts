/** `GET /v1/keys`. */
import type { IssuerKeysReport } from '../../admin/keys-report.ts'

export interface KeysAnswer {
  readonly issuers: readonly IssuerKeysReport[]
}
