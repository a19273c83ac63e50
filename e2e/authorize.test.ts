/**
 * A program asks for a token by a code (RFC 8628): the person signs in on the way, types it or follows the link, sees who
 * asks, and approves or denies it. The program is a plain HTTP client.
 */
import { expect, test } from 'vitest'
import { Actor, signIn as signInByApi } from '../packages/server/test/support/actors.ts'
import { sendForm } from '../packages/server/test/support/oauth-client.ts'
import { setPolicy } from '../packages/server/test/support/policy.ts'
import type { Ramp } from './support/ramp.ts'
import { startRamp } from './support/ramp.ts'
import { callApi, partsOf } from './support/tokens-page.ts'
import { gone, SCREENS, shown, useBrowser, type Visit } from './support/visit.ts'

const browser = useBrowser()
const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

/** The program: `ask` shows the codes, `poll` fetches the token once. */
function programOf({ origin }: Ramp) {
  const program = new Actor(origin, { 'user-agent': 'ramp/0.1.0 (linux)' })
  return {
    async ask(deviceName: string) {
      const { body } = await sendForm(program, '/oauth2/device_authorization', {
        client_id: 'ramp-cli',
        device_name: deviceName,
      })
      return body as {
        device_code: string
        user_code: string
        verification_uri: string
        verification_uri_complete: string
      }
    },
    async poll(deviceCode: string) {
      const form = { grant_type: DEVICE_GRANT, client_id: 'ramp-cli', device_code: deviceCode }
      return (await sendForm(program, '/oauth2/token', form)).body
    },
  }
}

function authorizeParts({ page }: Visit) {
  return {
    code: page.getByRole('textbox', { name: 'Code' }),
    go: page.getByRole('button', { name: 'Continue' }),
    question: page.getByRole('region', { name: /a token that acts as you/ }),
    approve: page.getByRole('button', { name: 'Approve' }),
    deny: page.getByRole('button', { name: 'Deny' }),
    heading: (name: string) => page.getByRole('heading', { level: 2, name }),
  }
}

test.for(SCREENS)('A program is given a token, and another is denied one ($name)', async (screen, context) => {
  const ramp = await startRamp(context)
  const program = programOf(ramp)
  const visit = await browser.visit(context, ramp.origin, screen)
  const { page } = visit
  const { username, password, token, title } = partsOf(visit)
  const { code, go, question, approve, deny, heading } = authorizeParts(visit)
  visit.expectRefusals('GET /api/v1/me 401')

  // The link leads past the sign-in, with the code filled in; nothing happens before it is looked at.
  const first = await program.ask('build-7')
  await page.goto(first.verification_uri_complete)
  await username.fill(ramp.admin.username)
  await password.fill(ramp.admin.password)
  await password.press('Enter')
  await shown(code)
  expect(await code.inputValue()).toBe(first.user_code)
  await visit.looksRight()

  // What is wrong with a code stands beside it.
  visit.expectRefusals('GET /api/v1/device-authorizations/BBBB-BBBB 404')
  await code.fill('')
  await go.click()
  await shown(page.getByText('Enter the code that the program shows.'))
  await code.fill('bbbb-bbbb')
  await go.click()
  await shown(page.getByText('There is no such code, or it has expired or been used.'))
  expect(await code.getAttribute('aria-invalid')).toBe('true')
  expect(await code.evaluate((field) => field === document.activeElement)).toBe(true)
  await visit.looksRight()

  // Who asks, from where, when and for what; and what phishing looks like.
  await code.fill(first.user_code.toLowerCase().replace('-', ' '))
  await go.click()
  await shown(question)
  expect(await question.evaluate((section) => section === document.activeElement)).toBe(true)
  await shown(question.getByText(first.user_code))
  await shown(question.getByText('build-7', { exact: true }))
  await shown(question.getByText('127.0.0.1'))
  await shown(question.getByText('ramp/0.1.0 (linux)'))
  await shown(question.getByText('just now'))
  await shown(question.getByText('Did you start this yourself?'))
  await visit.looksRight()

  await approve.click()
  await shown(heading('Approved'))
  await visit.looksRight()
  const granted = await program.poll(first.device_code)
  expect(await callApi(ramp, granted.access_token)).toBe(200)
  await page.getByRole('link', { name: 'personal access tokens', exact: true }).click()
  await shown(title)
  await shown(token('build-7'))

  // Another one, whose name is too long for a line and which nobody here has started.
  const second = await program.ask('a-machine-with-a-name-that-does-not-end-where-one-expects-it')
  await page.goto(second.verification_uri)
  await code.fill(second.user_code)
  await code.press('Enter')
  await shown(question)
  await visit.looksRight()
  await deny.click()
  await shown(heading('Denied'))
  await visit.looksRight()
  expect((await program.poll(second.device_code)).error).toBe('access_denied')
  visit.hasNoFaults()
})

test('By keyboard alone, and only what the policy allows', async (context) => {
  const ramp = await startRamp(context)
  const program = programOf(ramp)
  const visit = await browser.visit(context, ramp.origin)
  const { page } = visit
  const { username, password } = partsOf(visit)
  const { code, question, approve, deny, heading } = authorizeParts(visit)
  visit.expectRefusals('GET /api/v1/me 401')

  const first = await program.ask('laptop')
  await page.goto(first.verification_uri_complete)
  await username.fill(ramp.admin.username)
  await password.fill(ramp.admin.password)
  await page.keyboard.press('Enter')
  await shown(code)
  await code.press('Enter')
  await shown(question)
  for (let key = 0; key < 10 && !(await approve.evaluate((button) => button === document.activeElement)); key++)
    await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await shown(heading('Approved'))
  expect((await program.poll(first.device_code)).token_type).toBe('Bearer')

  const administrator = await signInByApi(ramp.origin, ramp.admin)
  await setPolicy(administrator, { pat: { creation: 'nobody' } })
  const second = await program.ask('laptop')
  await page.goto(second.verification_uri_complete)
  await code.press('Enter')
  await shown(question.getByText('The policy of this server lets nobody create personal access tokens.'))
  await gone(approve)
  await visit.looksRight()
  await deny.click()
  await shown(heading('Denied'))
  visit.hasNoFaults()
})
