import type { Page } from 'playwright-core'
import { expect } from 'vitest'

/** Asserts that a page keeps it nowhere. */
export async function expectNoTraceOf(text: string, page: Page): Promise<void> {
  const traces = Object.entries(await tracesOf(page))
  expect(traces.filter(([, trace]) => trace.includes(text)).map(([place]) => place)).toEqual([])
}

/** All that a page keeps where a later reader of the page, the browser's files or the history could find it. */
function tracesOf(page: Page): Promise<Record<string, string>> {
  return page.evaluate(async () => {
    const fields = [...document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input, textarea')]
    const pairs = (storage: Storage) => JSON.stringify(Object.entries(storage))
    const cached: string[] = []
    for (const name of await caches.keys()) {
      const cache = await caches.open(name)
      for (const request of await cache.keys())
        cached.push(request.url, (await (await cache.match(request))?.text()) ?? '')
    }
    const databases = await indexedDB.databases()
    return {
      document: document.documentElement.outerHTML,
      fields: fields.map((field) => field.value).join('\n'),
      title: document.title,
      location: location.href,
      historyState: JSON.stringify(history.state),
      windowName: window.name,
      localStorage: pairs(localStorage),
      sessionStorage: pairs(sessionStorage),
      cookies: document.cookie,
      caches: cached.join('\n'),
      // The pages have no database at all; one that appears has to be looked into here.
      indexedDB: JSON.stringify(databases.map(({ name }) => name)),
      addresses: performance
        .getEntries()
        .map(({ name }) => name)
        .join('\n'),
    }
  })
}
