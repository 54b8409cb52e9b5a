import { join } from 'node:path'
import { temporaryFolder, writeFiles } from '../lab.ts'
import { dropService } from '../services.ts'

/** A folder with a scenario of two echo services, and those services. */
export function place(
  scenario = 'title: Echoes\nservices:\n  echo: {}\n  other: {}\n',
): Disposable & { readonly path: string; readonly words: readonly string[] } {
  const folder = temporaryFolder()
  dropService(join(folder.path, 'services'), 'echo')
  dropService(join(folder.path, 'services'), 'other', {
    start: `await ctx.tcp('other', (socket) => {
      socket.on('data', async (bytes) => {
        await undefined
        if (String(bytes) === 'throw') throw new Error('planted')
        if (String(bytes) === 'timer') setTimeout(() => { throw new Error('planted in a raw timer') }, 1)
        socket.end(ctx.config.greeting)
      })
    })`,
  })
  writeFiles(folder.path, { 'echoes/scenario.yaml': scenario })
  return {
    path: folder.path,
    words: ['-s', 'echoes', '--services', 'services'],
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  }
}
