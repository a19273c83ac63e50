import { useMediaQuery } from '@mantine/hooks'

/** Whether there is room for a table beside the navigation. */
export const useIsWide = (): boolean => useMediaQuery('(min-width: 64em)', true, { getInitialValueInEffect: false })
