import { expect, test } from 'vitest'
import { generatePassword } from '../src/members/generate-password.ts'

const SHAPE = /^[a-km-np-z2-9]{5}(-[a-km-np-z2-9]{5}){3}$/

test('a generated password has 20 characters that cannot be mistaken for another', () => {
  for (let count = 0; count < 100; count++) expect(generatePassword()).toMatch(SHAPE)
})

test('no two are the same, and every character comes up', () => {
  const passwords = Array.from({ length: 200 }, generatePassword)
  expect(new Set(passwords).size).toBe(200)
  expect(new Set(passwords.join('').replaceAll('-', '')).size).toBe(32)
})
