/** `GET /v1/upstreams`. */
import type { mergeAuthServices, MergedServer } from '../../admin/upstreams-route.ts'

export interface UpstreamsAnswer {
  readonly servers: readonly MergedServer[]
  readonly authServices: ReturnType<typeof mergeAuthServices>
}
