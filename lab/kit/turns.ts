/** Has one wait for the other, within this process. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  /** Runs it when all before have finished, however they ended; rejects with what it throws. */
  run<Result>(run: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(run)
    this.#last = turn.catch(() => undefined)
    return turn
  }
}
