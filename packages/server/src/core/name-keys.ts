import { LOOK_ALIKES } from './look-alikes.ts'

/** When two names count as the same: the forms that are stored beside them, compared, and searched. */

const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu

/**
 * The form under which two texts count as the same: compatibility-normalised, case-folded and without what nobody sees,
 * so that `Ａdmin`, `ADMIN` and `ad\u00ADmin` are one name, and so are `straße` and `STRASSE`.
 */
export function comparisonKey(text: string): string {
  const folded = foldCase(text.normalize('NFKC')).normalize('NFKC')
  return folded.replace(INVISIBLE, '')
}

/** The key that names had before case folding: accounts whose new key was taken at the upgrade still have it. */
export function formerComparisonKey(text: string): string {
  return text.normalize('NFKC').toLowerCase().normalize('NFKC').replace(INVISIBLE, '')
}

/**
 * Case folding, which JavaScript does not have: lower-casing leaves `ß` and `ẞ`, final sigma and others as they are.
 * Through upper case and back, all letters of one fold meet. The dot of a Turkish `İ` goes, so that it meets `i` and `ı`.
 */
function foldCase(text: string): string {
  return text.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ').replaceAll('i\u0307', 'i')
}

/**
 * The form under which two names look the same (UTS #39 §4): a Cyrillic `а` is an `a`, `rn` an `m`, `1` an `l`. Letters
 * are compared as they are written and in lower case, so that a Cyrillic `В` meets `B` as well. For comparing only,
 * never to be shown or searched.
 */
export function lookOf(name: string): string {
  const seen = name.normalize('NFKC').replace(INVISIBLE, '')
  return skeleton(comparisonKey(skeleton(seen)))
}

function skeleton(text: string): string {
  return [...text.normalize('NFD')]
    .map((letter) => LOOK_ALIKES[letter] ?? letter)
    .join('')
    .normalize('NFD')
}
