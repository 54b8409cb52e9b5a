/** The names that the services of a lab publish, for DNS to answer. */
import type { Names, PublishedName } from '../service.ts'

/** The most names that may be published, and watchers that may watch, at one time. */
const MOST_NAMES = 10_000
const MOST_WATCHERS = 1_000

/** The longest name in characters (RFC 1035 §2.3.4) and the longest data, which quotes and escapes may stretch. */
const LONGEST_NAME = 253
const LONGEST_DATA = 4 * 65_535

/** Makes an empty set of names; `failed` hears of an error that a watcher throws, which stops neither the change nor the others. */
export function createNames(failed: (error: unknown) => void): Names {
  const published = new Set<PublishedName>()
  const watchers = new Set<{ readonly run: () => void }>()
  const resolvers = new Set<{ readonly host: string; readonly port: number }>()
  let list: readonly PublishedName[] | undefined

  function changed(): void {
    list = undefined
    const told = [...watchers]
    for (const watcher of told) {
      try {
        watcher.run()
      } catch (error) {
        failed(error)
      }
    }
  }

  return {
    publish(name) {
      check(name)
      if (published.size >= MOST_NAMES) {
        throw new Error(
          `The lab holds ${MOST_NAMES} published names already; dispose of some before publishing ${name.name}.`,
        )
      }
      const entry = Object.freeze({ ...name })
      published.add(entry)
      changed()
      return disposable(() => {
        if (published.delete(entry)) changed()
      })
    },
    list() {
      list ??= Object.freeze([...published])
      return list
    },
    watch(run) {
      if (watchers.size >= MOST_WATCHERS) {
        throw new Error(`${MOST_WATCHERS} watchers watch the lab's names already; dispose of some.`)
      }
      const watcher = { run }
      watchers.add(watcher)
      return disposable(() => void watchers.delete(watcher))
    },
    answerAt(address) {
      const entry = Object.freeze({ ...address })
      resolvers.add(entry)
      return disposable(() => void resolvers.delete(entry))
    },
    resolver() {
      const [first] = resolvers
      return first
    },
  }
}

function disposable(dispose: () => void): Disposable {
  return { [Symbol.dispose]: dispose }
}

function check({ name, type, data, ttl }: PublishedName): void {
  const wrong = (what: string) =>
    new Error(`Cannot publish the name ${name.slice(0, LONGEST_NAME)}: ${what}.`)
  if (name === '' || name.length > LONGEST_NAME) throw wrong(`it must have 1 to ${LONGEST_NAME} characters`)
  if (name.endsWith('.')) throw wrong('leave out the final dot')
  if (!/^[A-Z][A-Z0-9-]{0,15}$/.test(type)) throw wrong('its type must be written as in A, AAAA or TYPE65280')
  if (data.length > LONGEST_DATA) throw wrong(`its data must not be longer than ${LONGEST_DATA} characters`)
  // RFC 2181 §8: a TTL has 31 bits.
  if (ttl !== undefined && !(Number.isInteger(ttl) && ttl >= 0 && ttl < 2 ** 31)) {
    throw wrong('its ttl must be a whole number of seconds from 0 to 2147483647')
  }
}
