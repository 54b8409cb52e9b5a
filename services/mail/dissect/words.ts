/** What a student is told of what SMTP and POP3 have in common. */
import { about } from '../../../lab/kit/dissect/about.ts'

/** What a message is. */
export const messageAbout = about(
  'RFC 5322 §2.1',
  'A message: header fields, an empty line, the body. It ends with a line that has a dot alone, or by its count.',
  'Un mensaje: campos de cabecera, una línea vacía y el cuerpo. Termina con una línea que solo lleva un punto, o por su longitud.',
)

/** What ends before it should. */
export const cutAbout = about(
  'RFC 5321 §4.1.1.4',
  'The message did not come whole. Whoever was to take it must not keep it.',
  'El mensaje no llegó completo. Quien debía recibirlo no debe conservarlo.',
)

/** What a line is that nobody reads. */
export const longAbout = about(
  'RFC 5321 §4.5.3.1',
  'Lines have a limit, and this one is far longer; its end is waited for.',
  'Las líneas tienen un límite y esta es mucho más larga; se espera a que termine.',
)

/** What answers a challenge. */
export const responseAbout = about(
  'RFC 4954 §4',
  'The answer to a challenge, in base64: name and password, or a proof of them. It is not shown; base64 hides nothing from whoever listens without TLS.',
  'La respuesta a un desafío, en base64: nombre y contraseña, o una prueba de ellos. No se muestra; base64 no oculta nada a quien escuche sin TLS.',
)

/** What nobody asked for. */
export const strayAbout = about(
  'RFC 5321 §4.2',
  'This is not in the form of a reply; perhaps its beginning was not seen.',
  'Esto no tiene la forma de una respuesta; quizá no se vio su comienzo.',
)

/** What a line is that has no end. */
export const lineCutAbout = about(
  'RFC 5321 §2.3.8',
  'The connection ended in the middle of a line. A line counts once its CR LF has come.',
  'La conexión terminó a mitad de una línea. Una línea cuenta cuando ha llegado su CR LF.',
)
