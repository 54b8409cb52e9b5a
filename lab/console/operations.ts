/** All that can be asked of one running lab: one table for the control socket and for HTTP. */
import { traceOperations } from '../capture/operation.ts'
import type { Logger } from '../service.ts'
import type { Desk } from './desk.ts'
import { answering, noInput, type Operations } from './operation.ts'
import { z } from 'zod'
import { openApi } from './openapi.ts'
import { faultOperations } from './operations/faults.ts'
import { wholeOperations } from './operations/lab.ts'
import { logOperations } from './operations/log.ts'
import { mailOperations } from './operations/mail.ts'
import { stopOperations } from './operations/stop.ts'
import { taskOperations } from './operations/tasks.ts'
import { trafficOperations } from './traffic/operations.ts'
import { Traffic } from './traffic/traffic.ts'

/** The operations of one lab by name. */
export function labOperations(desk: Desk, log: Pick<Logger, 'error'>): Operations {
  const operations: Operations = {
    ...stopOperations(desk.actions),
    ...wholeOperations(desk),
    ...faultOperations(desk),
    ...logOperations(desk),
    ...mailOperations(desk),
    ...taskOperations(desk),
    ...trafficOperations(desk.lab, new Traffic(desk.lab, log)),
    ...(desk.captures && traceOperations(desk.captures)),
    openapi: answering({
      summary: 'The description of these operations over HTTP, as OpenAPI 3.1.',
      input: noInput,
      output: z.looseObject({ openapi: z.string() }),
      run: async () => openApi(operations),
    }),
  }
  return operations
}
