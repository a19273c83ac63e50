/**
 * Somebody in front of a browser, for one test: a page of their own, what it complains of, and what must hold in every
 * state of it. The browser is the test file's; what a test opens is closed after it, with a picture if it failed.
 */
import axe from 'axe-core'
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, type TestContext } from 'vitest'

export interface Screen {
  readonly name: string
  readonly options: BrowserContextOptions
}

const SIZES = [
  { name: 'desktop', options: { viewport: { width: 1280, height: 800 } } },
  { name: 'phone', options: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true } },
] as const

/** Light and dark, on a desk and in the hand. */
export const SCREENS: readonly Screen[] = (['light', 'dark'] as const).flatMap((colorScheme) =>
  SIZES.map(({ name, options }) => ({ name: `${colorScheme}, ${name}`, options: { ...options, colorScheme } })),
)

/** A busy machine is slow; what does not come is still found out. */
const PATIENCE_MS = 20_000

export interface Visit {
  readonly page: Page
  readonly isWide: boolean
  /** Call in every state: no violation that axe knows of, and nothing that would have to be scrolled sideways. */
  looksRight(): Promise<void>
  /** Answers that a page is meant to get and a browser notes as an error, such as "GET /api/v1/me 401". */
  expectRefusals(...refusals: readonly string[]): void
  /** Call at the end: nothing on the console, no script error, no violation of the policy, no answer but those expected. */
  hasNoFaults(): void
}

/** The browser of a test file. */
export function useBrowser() {
  let browser: Browser
  beforeAll(async () => {
    const { executablePath, env } = inject('browserProgram')
    // In a container and for root there is no sandbox to have; the pages are our own.
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'], env: { ...cleanEnv(), ...env } })
  })
  afterAll(() => browser.close())
  return {
    visit: (test: TestContext, origin: string, screen?: Screen) => openVisit(browser, test, origin, screen),
  }
}

function cleanEnv(): Record<string, string> {
  const { PATH = '', HOME = '', TMPDIR } = process.env
  return { PATH, HOME, ...(TMPDIR !== undefined && { TMPDIR }) }
}

async function openVisit(browser: Browser, test: TestContext, origin: string, screen = SCREENS[0]): Promise<Visit> {
  const options = screen?.options ?? {}
  const context = await browser.newContext({ reducedMotion: 'reduce', baseURL: origin, locale: 'en-GB', ...options })
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin })
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  const faults: string[] = []
  const refusals: string[] = []
  await watch(page, faults, refusals)
  test.onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail') await page.screenshot({ path: `test-results/${fileName(task.name)}.png` })
    await context.close()
  })

  const expected: string[] = []
  return {
    page,
    isWide: (options.viewport?.width ?? 0) > 1024,
    async looksRight() {
      await isStill(page)
      expect(await violationsOn(page)).toEqual([])
      expect(await page.evaluate(widerThanThePage)).toEqual([])
    },
    expectRefusals: (...more) => void expected.push(...more),
    hasNoFaults() {
      expect(faults).toEqual([])
      expect(refusals.filter((refusal) => !expected.includes(refusal))).toEqual([])
    },
  }
}

async function watch(page: Page, faults: string[], refusals: string[]): Promise<void> {
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      // biome-ignore lint/suspicious/noConsole: how it gets out of the page
      console.error(`policy: ${violatedDirective} ${blockedURI}`),
    )
  })
  page.on('pageerror', (error) => faults.push(`script: ${error.stack ?? error}`))
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return
    // The browser's own note on an answer of 400 or more; all answers are looked at below.
    if (message.text().startsWith('Failed to load resource: the server responded')) return
    faults.push(`console: ${message.text()}`)
  })
  page.on('response', (response) => {
    if (response.status() < 400) return
    refusals.push(`${response.request().method()} ${new URL(response.url()).pathname} ${response.status()}`)
  })
}

/** Contrast is measured of what is there when nothing fades or slides any more. */
async function isStill(page: Page): Promise<void> {
  await page.waitForFunction(() => document.getAnimations().every(({ playState }) => playState !== 'running'))
}

/**
 * What axe has against the page as it is. It runs in the page itself, which has no frames: `@axe-core/playwright` is for
 * those that have, and opens a further page for each look.
 */
async function violationsOn(page: Page): Promise<object[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source)
  return page.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run({ resultTypes: ['violations'] })
    return violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) }))
  })
}

/** Names what is wider than its room, and so makes the page, a dialog or a list scroll sideways. */
function widerThanThePage(): string[] {
  const roots = [document.documentElement, ...document.querySelectorAll('main, [role=dialog], table, ul')]
  return roots
    .filter((element) => element.scrollWidth > element.clientWidth + 1)
    .map((element) => `${element.tagName}: ${element.scrollWidth} in ${element.clientWidth}`)
}

const fileName = (text: string) => text.replace(/[^\w-]+/g, '-').toLowerCase()

/** Waits until it is there for the eye, and returns it. */
export async function shown(locator: Locator): Promise<Locator> {
  await locator.waitFor({ state: 'visible' })
  return locator
}

export async function gone(locator: Locator): Promise<void> {
  await locator.waitFor({ state: 'hidden' })
}
