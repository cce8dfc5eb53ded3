/** The methods of the gRPC listener. */
import { CHECK_METHOD } from '../../callers/envoy-grpc/check-dialect.ts'
import type { DecisionService } from '../decision-routes.ts'
import { createCheckMethod } from './check-method.ts'
import type { GrpcMethods } from './grpc-handler.ts'
import { createHealthMethod, HEALTH_METHOD } from './health-method.ts'

/** @param isReady Whether the process should get traffic. */
export const grpcMethods = (service: DecisionService, isReady: () => boolean): GrpcMethods =>
  new Map([
    [CHECK_METHOD, createCheckMethod(service)],
    [HEALTH_METHOD, createHealthMethod(isReady)],
  ])
