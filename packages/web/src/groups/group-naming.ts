/** How the form that names one speaks of it. */
export const GROUP_NAMING = {
  noun: 'group',
  nameHint: 'Who is in it, such as “Operations” or “Release bots”.',
  descriptionHint: 'Optional: what it is for, and who decides about it.',
} as const
