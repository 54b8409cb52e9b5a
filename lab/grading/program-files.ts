/** What a person's program is to serve, put into the copy of its folder. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { LabError, messageOf } from '../host/error.ts'

/** Writes the files; resolves with the paths of those that were there with another content. */
export async function layFiles(
  folder: string,
  files: Readonly<Record<string, string | Buffer>>,
): Promise<readonly string[]> {
  const replaced: string[] = []
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name)
    try {
      const before = await readFile(path).catch(() => undefined)
      if (before !== undefined && !before.equals(Buffer.from(content))) replaced.push(name)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, content)
    } catch (error) {
      const reason = messageOf(error)
      throw new LabError(
        {
          en: `${name}, which the suite asks for, cannot be put into the copy of the folder: ${reason}`,
          es: `${name}, por el que pregunta la batería, no se puede poner en la copia de la carpeta: ${reason}`,
        },
        { blame: 'wrong', cause: error },
      )
    }
  }
  return replaced
}
