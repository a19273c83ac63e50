import data from 'unhomoglyph/data.json' with { type: 'json' }

/** For each letter that looks like another, the prototype that stands for all of them (confusables of UTS #39). */
export const LOOK_ALIKES: Readonly<Record<string, string>> = data
