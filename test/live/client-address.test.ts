import { CONFORMING } from '../support/live/conformance/proxies.ts'
import { clientAddressSuite } from '../support/live/proxy-suites/client-address.ts'

for (const proxy of CONFORMING) clientAddressSuite(proxy)
