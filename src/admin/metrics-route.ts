/** `GET /metrics`. */
import { adminRoute, type AdminRoute } from './admin-route.ts'

export interface MetricsText {
  readonly contentType: string
  readonly body: Uint8Array
}

/** @param accept The field of the request. */
export type MetricsPage = (accept: string | null) => Promise<MetricsText>

/** @param page Is asked for each request. */
export const metricsRoute = (page: MetricsPage): AdminRoute =>
  adminRoute({
    method: 'GET',
    path: '/metrics',
    right: 'read',
    doc: 'The metrics of the service, for Prometheus.',
    // Scrapers may be configured with parameters.
    ignoresQuery: true,
    answers: {
      200: {
        doc: 'Prometheus text 0.0.4; OpenMetrics 1.0 if `Accept` asks for it.',
        contentType: 'text/plain',
      },
    },
    async handle({ headers }) {
      return { status: 200, ...(await page(headers.get('accept'))) }
    },
  })
