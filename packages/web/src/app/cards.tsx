import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './cards.module.css'

/** A list where a table has no room. */
export function Cards({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <ul className={classes['list']} aria-label={label}>
      {children}
    </ul>
  )
}

export function Card({ children }: { readonly children: ReactNode }) {
  return <li className={classes['card']}>{children}</li>
}

/** What a card, or a page about one thing, says of it. */
export function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className={classes['facts']}>{children}</dl>
}

export function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div>
      <Text component="dt" size="xs" c="dimmed" mb={2}>
        {label}
      </Text>
      <dd>{children}</dd>
    </div>
  )
}
