import { Text, type TextProps, Tooltip } from '@mantine/core'
import type { ReactNode } from 'react'

interface ExplainedProps extends TextProps {
  /** What the tooltip says. */
  readonly by: string
  readonly children: ReactNode
  /** Makes it a `time` element. */
  readonly dateTime?: string
}

/** A few words that say more on demand. In the tab order although nothing is operated: the tooltip is for keyboards too. */
export function Explained({ by, children, dateTime, ...style }: ExplainedProps) {
  const shared = { tabIndex: 0, w: 'fit-content', ...style }
  return (
    <Tooltip label={by}>
      {dateTime === undefined ? (
        <Text {...shared}>{children}</Text>
      ) : (
        <Text component="time" display="block" dateTime={dateTime} {...shared}>
          {children}
        </Text>
      )}
    </Tooltip>
  )
}
