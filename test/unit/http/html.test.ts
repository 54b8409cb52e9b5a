import assert from 'node:assert/strict'
import { test } from 'node:test'
import { escapeHtml, htmlPage } from '../../../lab/web/html.ts'

test('text is harmless in an element and in a quoted attribute', () => {
  assert.equal(escapeHtml(`<a href="x" b='&'>`), '&lt;a href=&quot;x&quot; b=&#39;&amp;&#39;&gt;')
})

test('a page has its language, its title as text, and its own fields; its body is octets', () => {
  const fields = { 'Cache-Control': 'no-store' }
  const page = htmlPage({ language: 'es', title: '</title>ñ', style: 'p{}', body: '<p>ñ</p>', fields })
  assert.match(page.body, /^<!doctype html>\n<html lang="es">\n/)
  assert.match(page.body, /<title>&lt;\/title&gt;\xc3\xb1<\/title><style>[^<]*p\{\}<\/style>/)
  assert.match(page.body, /<body><p>\xc3\xb1<\/p><\/body>/)
  assert.equal(
    page.fields,
    'Content-Type: text/html; charset=utf-8\r\nContent-Language: es\r\nCache-Control: no-store\r\nVary: Accept-Language\r\n',
  )
})
