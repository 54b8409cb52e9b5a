import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { join, relative } from 'node:path'
import { test } from 'node:test'
import { otherName, submissionsAt } from '../../../lab/grading/handed-in.ts'
import { SubmissionReader } from '../../../lab/grading/submission-read.ts'
import { temporaryFolder, writeFiles } from '../../lab.ts'
import { missing } from '../../tool.ts'

const students = [
  { id: '1234', name: 'Ana García Pérez', email: 'ana@um.es' },
  { id: '5678', name: 'Luis Gil', email: 'luis@um.es' },
  { id: '9012', name: 'Luis Gil', email: 'gil@um.es' },
]

/** Each submission of the files, as `path student name participant`. */
function found(files: Readonly<Record<string, string>>, below = ''): string[] {
  using folder = temporaryFolder()
  writeFiles(folder.path, files)
  return submissionsAt(join(folder.path, below), students).map(({ file, student, name, participant }) =>
    [relative(folder.path, file), student, name, participant].join(' | '),
  )
}

test("Moodle's folders, and its flat files, tell who a submission is from", () => {
  const files = {
    'García Pérez Ana_77_assignsubmission_file_/1234-sstt.telelab': '',
    'Luis_Gil_78_assignsubmission_file/sub/x.telelab': '',
    'GARCIA PEREZ, Ana_79_assignsubmission_file_1234-sstt.telelab': '',
    'Participant 80_80_assignsubmission_file_/a.telelab': '',
    'Eva_81_assignsubmission_file_/notes.txt': '',
    'Eva_81_assignsubmission_file_/lab.zip': '',
    'García Pérez Ana_77_assignsubmission_file_/notes.txt': '',
    'readme.txt': '',
    'plain.telelab': '',
  }
  assert.deepEqual(found(files), [
    'GARCIA PEREZ, Ana_79_assignsubmission_file_1234-sstt.telelab | 1234 | GARCIA PEREZ, Ana | 79',
    'García Pérez Ana_77_assignsubmission_file_/1234-sstt.telelab | 1234 | García Pérez Ana | 77',
    // Two of the course are called so.
    'Luis_Gil_78_assignsubmission_file/sub/x.telelab |  | Luis Gil | 78',
    'Participant 80_80_assignsubmission_file_/a.telelab |  | Participant 80 | 80',
    'plain.telelab |  |  | ',
    // Eva has handed in something, but no submission.
    'Eva_81_assignsubmission_file_/lab.zip |  | Eva | 81',
  ])
  const [file = ''] = Object.keys(files)
  assert.deepEqual(found(files, file), [`${file} | 1234 | García Pérez Ana | 77`])
})

const metadata = `---
submission_11:
  :submitters:
  - :name: Somebody
    :sid: '5678'
    :email: other@um.es
  :created_at: 2026-10-08 17:24:37.926423000 Z
  :score: 10.0
  :history: []
submission_12:
  :submitters:
  - :name: Gil
    :sid:
    :email: GIL@um.es
submission_13:
  :submitters:
  - :name: Ana
  - :name: Luis
`

test("Gradescope's export and autograder tell who a submission is from", () => {
  const a = 'x.telelab'
  assert.deepEqual(
    found({
      'export/submission_metadata.yml': metadata,
      [`export/submission_11/${a}`]: '',
      [`export/submission_12/${a}`]: '',
      [`export/submission_13/${a}`]: '',
      [`export/submission_14/${a}`]: '',
    }),
    [
      'export/submission_11/x.telelab | 5678 | Somebody | ',
      'export/submission_12/x.telelab | 9012 | Gil | ',
      // A group's is nobody's alone.
      'export/submission_13/x.telelab |  |  | ',
      'export/submission_14/x.telelab |  |  | ',
    ],
  )
  const users = JSON.stringify({ id: 1, users: [{ email: 'ana@um.es', id: 5, name: 'Ana' }] })
  const autograder = { 'submission_metadata.json': users, [`submission/${a}`]: '' }
  assert.deepEqual(found(autograder, 'submission'), ['submission/x.telelab | 1234 | Ana | '])
  for (const strange of ['[', 'a: *b', '- 1', '', 'submission_11: { :submitters: [{ :name: [1] }] }'])
    assert.deepEqual(
      found({ 'submission_metadata.yml': strange, [`submission_11/${a}`]: '' }),
      ['submission_11/x.telelab |  |  | '],
      strange,
    )
})

test('who is called otherwise than the student whose work it is, is told', () => {
  const told = (name: string | undefined, student: string): string | undefined =>
    otherName({ name }, { student }, students)?.text.en
  assert.equal(told('Garcia Perez, ANA', '1234'), undefined)
  assert.equal(told(undefined, '1234'), undefined)
  assert.equal(told('Eva Ruiz', 'nobody'), undefined)
  assert.match(
    told('Eva Ruiz', '1234') ?? '',
    /^Eva Ruiz has handed it in; student 1234 is called Ana García/,
  )
})

test(
  'links, devices and pipes among them neither lead astray nor hold anybody up',
  { skip: missing('mkfifo') },
  async () => {
    using folder = temporaryFolder()
    writeFiles(folder.path, { 'in/a/real.telelab': 'x' })
    symlinkSync(join(folder.path, 'in'), join(folder.path, 'in', 'a', 'round'))
    symlinkSync('/dev/zero', join(folder.path, 'in', 'zero.telelab'))
    symlinkSync('/nowhere', join(folder.path, 'in', 'void.telelab'))
    execFileSync('mkfifo', [join(folder.path, 'in', 'pipe.telelab')])
    const orders = submissionsAt(join(folder.path, 'in'), [])
    const names = orders.map(({ file }) => relative(folder.path, file))
    assert.deepEqual(names, ['in/a/real.telelab', 'in/pipe.telelab', 'in/void.telelab', 'in/zero.telelab'])
    const told = await Promise.all(
      orders.map(({ file }) =>
        SubmissionReader.open(file).then(
          () => '',
          (error: Error) => error.message,
        ),
      ),
    )
    assert.deepEqual(
      told.map((each) => each.replace(/: ENOENT.*/, '')),
      [
        'it is no submission: hand in the file that `lab submit` makes',
        'it is no file',
        'it cannot be read',
        'it is no file',
      ],
    )
  },
)
