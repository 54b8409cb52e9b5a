/** How much of a capture is kept, as in `50MB` or `10min`. */
import { basename, dirname, extname, join } from 'node:path'
import { LabError } from '../host/error.ts'

/** The bounds of all files of a capture together. */
export interface Ring {
  readonly octets?: number
  readonly milliseconds?: number
}

/** Into how many files a ring is divided: the oldest of them goes when a new one begins. */
export const PARTS = 10
/** What a part needs for one large packet and what a section begins with. */
const LEAST_OCTETS = 1_000_000
const LEAST_MILLISECONDS = 1000

const sizes = new Map([
  ['kb', 1000],
  ['mb', 1_000_000],
  ['gb', 1_000_000_000],
])
const times = new Map([
  ['s', 1000],
  ['min', 60_000],
  ['h', 3_600_000],
])

/** Reads a size, a time, or both with a comma between them; throws a `LabError`. */
export function parseRing(text: string): Ring {
  const ring: { octets?: number; milliseconds?: number } = {}
  for (const part of text.split(',')) {
    const [, digits = '', unit = ''] = /^\s*(\d{1,9}(?:\.\d{1,3})?)\s*([a-z]+)\s*$/i.exec(part) ?? []
    const [size, time] = [sizes.get(unit.toLowerCase()), times.get(unit.toLowerCase())]
    if (size !== undefined && ring.octets === undefined) ring.octets = Number(digits) * size
    else if (time !== undefined && ring.milliseconds === undefined) ring.milliseconds = Number(digits) * time
    else throw wrongRing(text)
  }
  const { octets = LEAST_OCTETS, milliseconds = LEAST_MILLISECONDS } = ring
  if (octets < LEAST_OCTETS || milliseconds < LEAST_MILLISECONDS) throw wrongRing(text)
  return ring
}

function wrongRing(text: string): LabError {
  return new LabError(
    {
      en: `--ring takes a size, a time or both, as in 50MB, 10min or 50MB,10min (1MB and 1s at least); not "${text}"`,
      es: `--ring espera un tamaño, un tiempo o ambos, como en 50MB, 10min o 50MB,10min (1MB y 1s como mínimo); no "${text}"`,
    },
    { blame: 'wrong' },
  )
}

/** The name of one file of a ring, as dumpcap gives it: `name_00001_20261121201530.pcapng`, in local time. */
export function ringName(path: string, number: number, at: Date): string {
  const extension = extname(path)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`
  const time = `${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`
  const name = `${basename(path, extension)}_${String(number).padStart(5, '0')}_${day}${time}${extension}`
  return join(dirname(path), name)
}
