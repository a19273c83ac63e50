/** Who verifies from memory: nobody yet, then a service that connects, and one that has gone without a word. */
import { createVerifier } from '@ramp/verifier'
import { expect, test } from 'vitest'
import { apiOf } from './support/api.ts'
import { startRamp } from './support/ramp.ts'
import { signIn } from './support/tokens-page.ts'
import { SCREENS, shown, useBrowser } from './support/visit.ts'

const browser = useBrowser()

test.for(SCREENS)('Who checks tokens from memory ($name)', async (screen, context) => {
  const ramp = await startRamp(context)
  const api = await apiOf(ramp)
  const visit = await browser.visit(context, ramp.origin, screen)
  const { page } = visit
  await signIn(visit, ramp)
  await page.goto('/_admin/nodes')
  await shown(page.getByText('Nobody holds a lease'))
  await visit.looksRight()

  const account = await api.post('/api/v1/service-accounts', { name: 'runbooks-api' })
  await api.put(`/api/v1/service-accounts/${account.id}/roles/TokenVerifier`)
  const { secret } = await api.post(`/api/v1/service-accounts/${account.id}/tokens`, { name: 'verifies' })
  const verifier = createVerifier({ url: ramp.origin, token: secret, name: 'runbooks' })
  context.onTestFinished(() => verifier.close())

  // Seen without a reload.
  await shown(page.getByText('runbooks', { exact: true }))
  await shown(page.getByText('Up to date'))
  await shown(page.getByRole('link', { name: 'runbooks-api' }))
  await visit.looksRight()

  await verifier.close()
  await shown(page.getByText('Nobody holds a lease'))
  expect(await api.get('/api/v1/verifiers')).toMatchObject({ items: [] })
  visit.hasNoFaults()
})
