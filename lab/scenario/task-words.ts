/** What is told of tasks, in both languages. */
import type { Text } from '../service.ts'

/** An id is there twice. */
export function taskTwice(id: string): Text {
  return { en: `there is another task "${id}"`, es: `hay otra tarea "${id}"` }
}

/** Two tasks wait for each other. */
export function needsCircle(id: string, need: string): Text {
  return {
    en: `"${need}" needs "${id}" in turn, so neither could ever pass`,
    es: `"${need}" necesita a su vez "${id}", así que ninguna podría superarse`,
  }
}

/** A list of checks is none, or empty. */
export function listWanted(mode: string): Text {
  return {
    en: `"${mode}" takes a list of verbs, each with its settings`,
    es: `"${mode}" lleva una lista de verbos, cada uno con sus opciones`,
  }
}

/** A check has no verb, or several. */
export function oneVerb(): Text {
  return {
    en: 'one verb with its settings is wanted here, as in dns.queried: { type: MX }',
    es: 'aquí va un verbo con sus opciones, como dns.queried: { type: MX }',
  }
}

/** Verbs of several kinds stand in one task. */
export function kindsMixed(): Text {
  return {
    en: 'verbs that look at the journal, verbs that ask a server and verbs that judge a file do not go together in one task',
    es: 'los verbos que miran el diario, los que preguntan a un servidor y los que juzgan un fichero no van juntos en una tarea',
  }
}

/** What can only be tried is to be found in the journal. */
export function onlyNow(): Text {
  return {
    en: 'a check that asks a server, or has phases, can only look at what is so now: `when: now`',
    es: 'una comprobación que pregunta a un servidor, o que tiene fases, solo ve lo que ocurre ahora: `when: now`',
  }
}

/** A bound of time stands where only what is so now has one. */
export function timeOfNow(key: string): Text {
  return {
    en: `"${key}" is for checks of now; the time between several facts stands beside "order" or "all"`,
    es: `"${key}" es para comprobaciones de ahora; el tiempo entre varios hechos va junto a "order" o "all"`,
  }
}

/** The client is no address. */
export function clientWrong(client: string): Text {
  return {
    en: `"${client}" is neither an address nor a network such as 127.0.0.0/8`,
    es: `"${client}" no es una dirección ni una red como 127.0.0.0/8`,
  }
}
