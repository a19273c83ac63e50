import { expect, test } from 'vitest'
import { KeptThread } from '../src/core/kept-thread.ts'
import { Problem } from '../src/core/problem.ts'

const thread = new KeptThread<object, never>(new URL('support/thread-that-throws.ts', import.meta.url))

test.each(['commit_unconfirmed', 'settlement_unconfirmed'])(
  'A problem in a thread is the same problem outside: %s',
  async (code) => {
    const error = await thread.run({ code }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Problem)
    expect(error).toMatchObject({ code, status: 503, detail: 'Said in the thread.', headers: { 'retry-after': '1' } })
  },
)

test('A defect in a thread stays one', async () => {
  const error = await thread.run({}).catch((thrown: unknown) => thrown)
  expect(error).not.toBeInstanceOf(Problem)
  expect(error).toMatchObject({ message: 'a defect' })
})
