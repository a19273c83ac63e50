/**
 * Copies `text`, which `element` shows. The clipboard interface exists on https and localhost only, and a server in
 * one's own network is often reached by plain http; there the older command copies what is selected. False: the text is
 * selected, and the person has to press the keys.
 */
export async function copyText(text: string, element: HTMLElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    if (element === null) return false
    getSelection()?.selectAllChildren(element)
    return document.execCommand('copy')
  }
}
