/** The listeners of a service. */
import type { Stores } from '../decision/stores.ts'
import type { Gateway, GatewayEvents } from '../gateway/create-gateway.ts'
import type { Certificates } from '../http/sockets/certificates.ts'
import type { ListenerLog } from '../observe/listener-log.ts'
import { createDecisionListener, type DecisionListener } from '../server/decision-listener.ts'
import type { Endpoints } from '../server/endpoint-handler.ts'
import type { GrpcMethods } from '../server/grpc/grpc-handler.ts'
import { createGrpcListener, type GrpcListener } from '../server/grpc/grpc-listener.ts'
import type { AdminListener } from '../server/admin/admin-listener.ts'
import type { SpopJudge } from '../server/spoe/judge-method.ts'
import { createSpoeListener, type SpoeListener } from '../server/spoe/spoe-listener.ts'
import type { Settings } from '../settings/definition.ts'
import type { SocketAddress } from '../socket-address.ts'
import type { ServingInstance } from './build-instance.ts'
import { gatewayInput } from './gateway-input.ts'

/** What answers requests for decisions, with one configuration. */
export interface Answers {
  readonly endpoints: Endpoints
  readonly methods: GrpcMethods
  readonly judge: SpopJudge
}

export interface Answering {
  /** Returns the instance in force. */
  readonly current: () => ServingInstance
  readonly answers: Answers
  /** False if another process has the unix sockets. */
  readonly holdsUnixSockets: boolean
  /** Called if an admin listener is wanted: a worker has none, and loads nothing of it. */
  readonly loadAdmin: () => Promise<(address: Settings['listen']['admin']) => AdminListener | undefined>
  readonly gatewayEvents: GatewayEvents
  readonly listenerLog: ListenerLog
  readonly stores: Stores
}

export interface Listeners {
  readonly decisions: DecisionListener | undefined
  readonly admin: AdminListener | undefined
  readonly gateway: Gateway | undefined
  readonly grpc: GrpcListener | undefined
  readonly spoe: SpoeListener | undefined
  readonly addresses: readonly string[]
}

/** Opens all of them, or none. */
export async function openListeners(instance: ServingInstance, answering: Answering): Promise<Listeners> {
  const { listen } = instance.config.settings
  const { answers, holdsUnixSockets, listenerLog } = answering
  // A third of the program, which most services do not need. It is loaded first: all listeners open in one turn.
  const create =
    listen.gateway.length === 0 ? undefined : (await import('../gateway/create-gateway.ts')).createGateway
  const openAdmin = listen.admin === null ? undefined : await answering.loadAdmin()
  const opened: Closable[] = []
  const keep = <L extends Closable>(listener: L): L => {
    opened.push(listener)
    return listener
  }
  // Whether there is TLS is decided at the start; the certificates may be replaced.
  const { callerCertificates: firstCertificates } = instance
  const certificates =
    firstCertificates && ((): Certificates => answering.current().callerCertificates ?? firstCertificates)
  const isHere = ({ kind }: SocketAddress): boolean => holdsUnixSockets || kind === 'tcp'
  try {
    const decisions = isHere(listen.decisions)
      ? keep(createDecisionListener(listen.decisions, answers.endpoints, listenerLog, certificates))
      : undefined
    const admin = openAdmin?.(listen.admin)
    if (admin !== undefined) keep(admin)
    const grpc =
      listen.grpc !== null && isHere(listen.grpc)
        ? keep(createGrpcListener(listen.grpc, answers.methods, listenerLog, certificates))
        : undefined
    const spoe =
      listen.spoe !== null && isHere(listen.spoe)
        ? keep(createSpoeListener(listen.spoe, answers.judge, listenerLog))
        : undefined
    const gateway = create?.(gatewayInput(instance), answering.gatewayEvents, answering.stores)
    const ofCallers = [grpc?.address, spoe?.address]
    const addresses = [decisions?.address, admin?.address, ...(gateway?.addresses ?? []), ...ofCallers]
    return { decisions, admin, gateway, grpc, spoe, addresses: addresses.filter((one) => one !== undefined) }
  } catch (fault) {
    for (const listener of opened) void listener.stop()
    throw fault
  }
}

type Closable = DecisionListener | GrpcListener | SpoeListener | AdminListener
