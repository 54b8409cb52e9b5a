/** Too many wait for the same thing already; whoever asks again a little later may have it. */
export class BusyError extends Error {
  override readonly name = 'BusyError'
}
