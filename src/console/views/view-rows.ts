/** The views, in the order of the navigation. */
import type { ComponentType } from 'preact'
import type { ConsolePlace, View } from '../hash-route.ts'
import { ConfigView } from './config.tsx'
import { DecisionsView } from './decisions.tsx'
import { ExplainView } from './explain.tsx'
import { IssuersView } from './issuers.tsx'
import { LimitsView } from './limits.tsx'
import { OverviewView } from './overview.tsx'
import { RoutesView } from './routes.tsx'
import { UpstreamsView } from './upstreams.tsx'

export interface ViewProps {
  readonly place: ConsolePlace
}

interface ViewRow {
  readonly title: string
  readonly View: ComponentType<ViewProps>
}

export const VIEW_ROWS: Readonly<Record<View, ViewRow>> = {
  overview: { title: 'Overview', View: OverviewView },
  decisions: { title: 'Decisions', View: DecisionsView },
  explain: { title: 'Explain', View: ExplainView },
  issuers: { title: 'Issuers', View: IssuersView },
  routes: { title: 'Routes', View: RoutesView },
  upstreams: { title: 'Upstreams', View: UpstreamsView },
  limits: { title: 'Limits', View: LimitsView },
  config: { title: 'Config', View: ConfigView },
}
