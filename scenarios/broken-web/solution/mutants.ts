/** How faults are missed: each is a mistake that a student makes. */
import { mutantsOf, skipped } from '../../clients/steps.ts'
import { following, looking, resuming, steps, telling } from './solution.ts'

/** What the tasks have to notice. */
export const mutants = mutantsOf(steps, {
  'name-not-asked': [
    { en: 'nobody asks where the other server is', es: 'nadie pregunta dónde está el otro servidor' },
    ['moved'],
    { moved: following('/old.html', '/timetable.html', { asksName: false }) },
  ],
  'given-up': [
    { en: 'the page itself is not opened', es: 'no se abre la propia página' },
    ['moved'],
    { moved: following('/old.html', '/') },
  ],
  'guessed-page': [
    {
      en: 'the page is opened without having been sent there',
      es: 'se abre la página sin haber sido enviado',
    },
    ['moved'],
    { moved: looking(['/timetable.html']) },
  ],
  'no-third-try': [
    { en: 'the search is asked for only twice', es: 'la búsqueda solo se pide dos veces' },
    ['busy'],
    { busy: looking(['/search.html', '/search.html']) },
  ],
  'from-the-start': [
    {
      en: 'the handbook is asked for from its beginning again',
      es: 'el manual se vuelve a pedir desde el principio',
    },
    ['cut-off'],
    { handbook: resuming('/handbook.txt', { from: 'start' }) },
  ],
  'no-word': [
    { en: 'the word of the handbook is not written down', es: 'no se escribe la palabra del manual' },
    ['handbook'],
    { handbook: resuming('/handbook.txt', { about: 'manual' }) },
  ],
  'type-believed': [
    { en: 'the type is the one that it should be', es: 'el tipo es el que debería ser' },
    ['style'],
    { style: telling('/style.css', 'style', () => 'text/css') },
  ],
  'length-believed': [
    { en: 'the announced length is handed in', es: 'se entrega la longitud anunciada' },
    ['length'],
    { plan: telling('/plan.svg', 'plan', ({ headers }) => headers['content-length'] ?? '') },
  ],
  'length-of-the-body': [
    { en: 'the octets that came are handed in', es: 'se entregan los octetos que llegaron' },
    ['length'],
    { plan: telling('/plan.svg', 'plan', ({ body }) => String(body.length)) },
  ],
  'cookie-lost': [
    { en: 'the cookie is left to the browser', es: 'la cookie se deja al navegador' },
    ['cookie'],
    { cookie: looking(['/', '/', '/']) },
  ],
  'other-cookie': [
    { en: 'a cookie of another name is sent', es: 'se envía una cookie con otro nombre' },
    ['cookie'],
    { cookie: looking(['/'], { Cookie: 'visit=2' }) },
  ],
  'nothing-written': [
    { en: 'nothing about the plan is written down', es: 'no se escribe nada sobre el plano' },
    ['length'],
    { plan: skipped },
  ],
})
