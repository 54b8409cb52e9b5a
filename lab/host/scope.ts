import { AsyncLocalStorage } from 'node:async_hooks'
import type { EventEmitter } from 'node:events'
import type { Flow } from '../wire/flow.ts'

/** On whose behalf code runs, so that an error ends what caused it and nothing else. */
export interface Scope {
  readonly instance: string
  readonly flow?: Flow
  /** Logs the error once and ends the flow, if there is one. */
  readonly fail: (error: unknown) => void
}

/** The scope of the running code; Node carries it through promises, timers and TLS handles. */
export const scopes = new AsyncLocalStorage<Scope>()

/** Runs `run` in the scope; an error that it throws, or rejects with, goes to the scope. */
export function inScope(scope: Scope, run: () => unknown): void {
  scopes.run(scope, () => {
    try {
      const result = run()
      if (result instanceof Promise) result.catch((error: unknown) => scope.fail(error))
    } catch (error) {
      scope.fail(error)
    }
  })
}

/** Makes every listener of the emitter run in the scope, whenever it was added. */
export function guard(emitter: EventEmitter, scope: Scope): void {
  const emit = emitter.emit.bind(emitter)
  const guarded = (event: string | symbol, ...values: unknown[]): boolean => {
    try {
      return scopes.run(scope, () => emit(event, ...values))
    } catch (error) {
      scope.fail(error)
      return true
    }
  }
  Object.defineProperty(emitter, 'emit', { value: guarded, configurable: true })
}
