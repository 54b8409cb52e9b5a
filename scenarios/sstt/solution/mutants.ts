/** The story with one thing left out or wrong: each is a mistake that a student makes. */
import { mutantsOf, skipped } from '../../clients/steps.ts'
import { asking, fetching, loggingIn, sending, steps, visiting } from './solution.ts'

/** What the tasks have to notice. */
export const mutants = mutantsOf(steps, {
  'no-aaaa': [
    { en: 'only A is asked for', es: 'solo se pregunta por A' },
    ['address'],
    { address: asking(['www', 'A']) },
  ],
  'servers-of-www': [
    { en: 'MX is asked for at www', es: 'se pregunta por MX en www' },
    ['servers'],
    { servers: asking(['www', 'MX'], ['@', 'NS']) },
  ],
  'no-such-type': [
    { en: 'the name that is asked for exists', es: 'el nombre por el que se pregunta existe' },
    ['no-such-name'],
    { nothing: asking(['www', 'MX']) },
  ],
  'nothing-elsewhere': [
    {
      en: 'the name that does not exist is not of the domain',
      es: 'el nombre que no existe no es del dominio',
    },
    ['no-such-name'],
    { nothing: asking(['nothing.example.', 'A']) },
  ],
  'no-browser': [
    { en: 'the page is never opened', es: 'nunca se abre la página' },
    ['page'],
    { browse: visiting(['/lab.jpg', '/favicon.ico', '/lab.jpg']) },
  ],
  'no-picture': [
    { en: 'only the text is asked for', es: 'solo se pide el texto' },
    ['picture'],
    { browse: visiting(['/', '/', '/', '/favicon.ico']) },
  ],
  'no-icon': [
    { en: 'the icon is not asked for', es: 'no se pide el icono' },
    ['icon'],
    { browse: visiting(['/', '/lab.jpg', '/']) },
  ],
  'no-cookie': [
    { en: 'the cookie is not sent back', es: 'no se devuelve la cookie' },
    ['counter'],
    { browse: visiting(['/', '/lab.jpg', '/favicon.ico', '/'], { keepsCookies: false }) },
  ],
  'connection-each': [
    { en: 'each request has a connection of its own', es: 'cada petición tiene su propia conexión' },
    ['persistence'],
    { browse: visiting(['/', '/lab.jpg', '/favicon.ico', '/'], { keepsConnection: false }) },
  ],
  'pop-unknown': [
    {
      en: 'the name of the POP3 server is not asked for',
      es: 'no se pregunta por el nombre del servidor POP3',
    },
    ['mail-servers'],
    { pop: skipped },
  ],
  'login-by-user': [
    { en: 'nombre1 logs in with USER and PASS', es: 'nombre1 inicia sesión con USER y PASS' },
    ['login'],
    { login: loggingIn(0, true) },
  ],
  'wrong-account': [
    { en: 'nombre2 logs in instead of nombre1', es: 'inicia sesión nombre2 en vez de nombre1' },
    ['login'],
    { login: loggingIn(1) },
  ],
  'sent-to-oneself': [
    { en: 'nombre1 writes to nombre1', es: 'nombre1 escribe a nombre1' },
    ['send'],
    { send: sending(0, 0) },
  ],
  'no-code': [
    { en: 'the subject is not the code', es: 'el asunto no es el código' },
    ['send'],
    { send: sending(0, 1, 'Mensaje 1') },
  ],
  'not-deleted': [
    { en: 'nombre2 leaves the message on the server', es: 'nombre2 deja el mensaje en el servidor' },
    ['fetch'],
    { fetch: fetching(1, { isKept: true }) },
  ],
  'no-quit': [
    {
      en: 'nombre2 marks the message and goes without QUIT',
      es: 'nombre2 marca el mensaje y se va sin QUIT',
    },
    ['fetch'],
    { fetch: fetching(1, { isCut: true }) },
  ],
  'forwarded-before': [
    {
      en: 'nombre2 answers before the message is fetched',
      es: 'nombre2 contesta antes de recoger el mensaje',
    },
    ['forward'],
    { fetch: steps.forward, forward: fetching(1) },
  ],
  'written-anew': [
    {
      en: 'nombre2 writes something else instead of forwarding',
      es: 'nombre2 escribe otra cosa en vez de reenviar',
    },
    ['forward'],
    { forward: sending(1, 0, 'Gracias') },
  ],
})
