/** `GOLDEN=write node --test …` writes the golden files anew; read what has changed before it is kept. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { formats } from '../../../lab/grading/formats/index.ts'
import { readReports, reportsSchema } from '../../../lab/grading/formats/json.ts'
import { totalOf } from '../../../lab/grading/model.ts'
import { damaged, spiteful, unfit, usual } from './formats-sample.ts'

const folder = join(import.meta.dirname, 'golden')

function isGolden(name: string, actual: string): void {
  const path = join(folder, `${name}.golden`)
  if (process.env['GOLDEN'] === 'write') writeFileSync(path, actual)
  assert.equal(actual, readFileSync(path, 'utf8'))
}

const english =
  '\uFEFFIdentifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed","Last modified (submission)","Last modified (grade)","Feedback comments"\r\n' +
  '"Participant 101","Ana ""la"" López",ana@example.org,"Submitted for grading",,8.25,Yes,"Saturday, 21 November 2026, 9:30 AM",-,\r\n' +
  '"Participant 102","Luis Pérez",luis@example.org,"No submission",,8.25,Yes,-,-,""\r\n' +
  'Participant 103,Nobody,nobody@example.org,"No submission",3.00,8.25,Yes,-,-,"keep, this"\r\n'
const spanish =
  '"Identificador","Nombre completo","Dirección de correo","Estado","Calificación","Calificación máxima","La calificación puede ser cambiada","Última modificación (entrega)","Última modificación (calificación)","Comentarios de retroalimentación"\n' +
  '"Participante 101","Ana López","ana@example.org","Enviado para calificar","","10,00","Sí","-","-",""\n'

for (const name of Object.keys(formats).filter((format) => format !== 'moodle')) {
  for (const language of ['en', 'es'] as const) {
    const format = formats[name]
    test(`${name} in ${language}: one report`, () => {
      isGolden(`${name}.${language}`, format?.([usual], { language }) ?? '')
    })
  }
  test(`${name}: a class, and texts of those who mean no good`, () => {
    isGolden(`${name}.class`, formats[name]?.([usual, unfit, damaged, spiteful], { language: 'en' }) ?? '')
  })
}

test('text with colours', () => {
  isGolden('text.colour', formats['text']?.([usual], { language: 'en', isColored: true }) ?? '')
})

for (const [language, worksheet] of [
  ['en', english],
  ['es', spanish],
] as const) {
  test(`a worksheet of Moodle in ${language} is filled in; nothing else in it changes`, () => {
    const told: string[] = []
    const options = { language, worksheet, tell: (text: { en: string }) => told.push(text.en) }
    isGolden(`moodle.${language}`, formats['moodle']?.([usual, unfit, spiteful], options) ?? '')
    assert.equal(told.length, 1)
    assert.match(told[0] ?? '', /not exactly one participant for: .*=cmd/)
  })
}

test('a worksheet of Moodle: by the number that Moodle has given, and the best of what was handed in twice', () => {
  const worksheet = 'Identifier,Grade\r\nParticipant 7,\r\nParticipant 8,\r\n'
  const told: string[] = []
  const options = { language: 'en', worksheet, tell: (text: { en: string }) => told.push(text.en) } as const
  const half = { ...unfit, participant: '8', student: 'Ana García', subject: usual.subject }
  const whole = { ...usual, participant: '8' }
  const { score } = totalOf(usual)
  for (const reports of [
    [half, whole],
    [whole, half],
  ])
    assert.equal(
      formats['moodle']?.(reports, options),
      `Identifier,Grade\r\nParticipant 7,\r\nParticipant 8,${score}\r\n`,
    )
  assert.deepEqual(told, [])
  formats['moodle']?.([{ ...whole, participant: '9', student: '7' }], options)
  assert.equal(told.length, 1)
})

test('a table tells once what is told of a student several times', () => {
  const [flag] = usual.flags
  assert.ok(flag !== undefined)
  const flags = [flag, flag, ...usual.flags, ...usual.flags]
  assert.equal(
    formats['csv']?.([{ ...usual, flags }], { language: 'en' }),
    formats['csv']?.([usual], { language: 'en' }),
  )
})

test('the schema of our own format', () => {
  isGolden('json.schema', `${JSON.stringify(z.toJSONSchema(reportsSchema), undefined, 2)}\n`)
})

test('what our own format tells is read back', () => {
  const all = [usual, unfit, damaged, spiteful]
  assert.deepEqual(readReports(formats['json']?.(all, { language: 'en' }) ?? ''), all)
})
