import { expect, test } from 'vitest'
import { startRamp } from './support/ramp.ts'
import { copyAndClose, createToken, partsOf, readSecret, secretPart, signIn } from './support/tokens-page.ts'
import { expectNoTraceOf } from './support/traces.ts'
import { gone, shown, useBrowser } from './support/visit.ts'

const browser = useBrowser()

test('Leaving a secret that was not copied asks first, whichever way one leaves', async (context) => {
  const ramp = await startRamp(context)
  const visit = await browser.visit(context, ramp.origin)
  const { page } = visit
  await signIn(visit, ramp)
  await page.getByRole('link', { name: 'Security' }).click()
  await page.getByRole('link', { name: 'Personal Access Tokens' }).click()
  const secret = await createToken(visit, 'not copied yet')
  const stay = page.getByRole('button', { name: 'Go back and copy' })

  const waysOut = [
    () => page.keyboard.press('Escape'),
    () => page.getByRole('dialog').getByRole('button', { name: 'Close' }).click(),
    () => page.getByRole('button', { name: 'Done' }).click(),
    () => page.evaluate(() => history.back()),
  ]
  for (const leave of waysOut) {
    await leave()
    await shown(stay)
    await stay.click()
    expect(await readSecret(visit)).toBe(secret)
  }
  const asked = page.waitForEvent('dialog')
  const reload = page.evaluate(() => location.reload())
  const question = await asked
  expect(question.type()).toBe('beforeunload')
  await question.dismiss()
  await reload
  expect(await readSecret(visit)).toBe(secret)

  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'I have copied it' }).click()
  await gone(page.getByRole('dialog'))
  await expectNoTraceOf(secretPart(secret), page)
  visit.hasNoFaults()
})

test('A secret that was copied is left without a question, and nothing brings it back', async (context) => {
  const ramp = await startRamp(context)
  const visit = await browser.visit(context, ramp.origin)
  const { page } = visit
  await signIn(visit, ramp)
  const secret = await createToken(visit, 'copied')
  await copyAndClose(visit)
  await expectNoTraceOf(secretPart(secret), page)

  await page.getByRole('link', { name: 'Security' }).click()
  await shown(page.getByRole('heading', { level: 1, name: 'Security' }))
  await page.goBack()
  await shown(partsOf(visit).token('copied'))
  await expectNoTraceOf(secretPart(secret), page)
  await page.reload()
  await shown(partsOf(visit).token('copied'))
  await expectNoTraceOf(secretPart(secret), page)
  // From another site and back, as the browser keeps pages: the whole of one, or none.
  await page.goto('about:blank')
  await page.goBack()
  await shown(partsOf(visit).token('copied'))
  await expectNoTraceOf(secretPart(secret), page)
  visit.hasNoFaults()
})
